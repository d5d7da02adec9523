import { Injectable } from '@nestjs/common';
import { digestOf } from '../../crypto/secret.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import type { NativeRefreshOutcome } from '../../observability/metrics/metrics-labels.ts';
import { checkDpopProof } from '../../oauth/dpop/dpop-proof-check.ts';
import { ServerClock } from '../../oauth/issuers/server-clock.service.ts';
import { IssuerEndpoints } from '../../oauth/issuers/issuer-endpoints.service.ts';
import { withinTime } from '../../waiting/within-time.ts';
import { type Fingerprint, Fingerprints } from '../tokens/fingerprints.service.ts';
import type { AppKey, KnownApp } from '../registry/native-app.cache.ts';
import type { ParsedRequest } from '../refresh/native-parameters.ts';
import { NativeProofRepository } from '../tokens/native-proof.repository.ts';
import {
  findMismatch,
  type IssuerAnswer,
  type SentProof,
  type TokenBinding,
  type UseOutcome,
} from '../tokens/native-refresh.ts';
import { NativeRefreshRepository } from '../tokens/native-refresh.repository.ts';
import type { NativeUse } from '../refresh/native-use.ts';
import { NativeRefresher, type TokenState } from '../refresh/native-refresher.service.ts';

/** How long a request waits for the use of its token. The use itself goes on. */
const PATIENCE_MS = 25_000;

/** An answer may still arrive at this process, and a token whose answer was lost can be sent again after two minutes. */
const IN_DOUBT_SECONDS = 120;

/** The issuer's answer, and the key id that the session began with. */
export type KeyedAnswer = { readonly answer: IssuerAnswer; readonly kid: string };

/**
 * Refreshes of native apps, which callers can repeat: a caller that presents a token with its binding, and proves to have
 * its DPoP key, gets the answer of the token's one use.
 */
@Injectable()
export class NativeRefreshes {
  constructor(
    private readonly issuerEndpoints: IssuerEndpoints,
    private readonly serverClock: ServerClock,
    private readonly nativeRefresher: NativeRefresher,
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly nativeProofRows: NativeProofRepository,
    private readonly fingerprints: Fingerprints,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * Uses a refresh token at its issuer, or returns the answer of its earlier use.
   *
   * @param dpop the header of the request: a proof for the issuer's token endpoint
   * @param patienceMs how long this request waits
   * @throws BrokerError `InvalidIssuer`, `IssuerUnavailable`; `InvalidDpopProof`; `KeyIdRequired` for an unknown token
   * without a key id; `GrantMismatch` for another app, issuer, DPoP key or key id than the token's; `UseDpopNonce` when the
   * proof needs a nonce; `RefreshInDoubt` while the outcome is unknown; `UpstreamUnavailable` when nothing was sent
   */
  async refresh(
    app: KnownApp,
    request: ParsedRequest,
    dpop: string | undefined,
    patienceMs = PATIENCE_MS,
  ): Promise<KeyedAnswer> {
    const endpoints = await this.issuerEndpoints.get(request.issuer);
    const now = this.serverClock.now(endpoints.issuer);
    const proof = await checkDpopProof(dpop, { method: 'POST', url: endpoints.token, now });
    const token = request.passedOn.refresh_token ?? '';
    const fingerprint = this.fingerprints.ofRefreshToken(endpoints.issuer, token);
    const shown = { appId: app.id, issuer: endpoints.issuer, jkt: proof.jkt, kid: request.keyId };
    const state = await this.nativeRefresher.findToken(fingerprint);
    const binding = state?.binding ?? (await this.bindUnknown(app, fingerprint, shown));
    this.requireMatch(app, binding, shown);
    const parameters = request.passedOn;
    const key = keyOf(app, binding.kid);
    const use: NativeUse = {
      fingerprint,
      binding,
      request: { app, key, endpoints, url: endpoints.token, parameters, dpop },
      proof,
    };
    const answer = await this.answerTo(use, state, patienceMs);
    return { answer, kid: binding.kid };
  }

  private async answerTo(
    use: NativeUse,
    state: TokenState | undefined,
    patienceMs: number,
  ): Promise<IssuerAnswer> {
    const finished = state?.finished ?? state?.known?.answered;
    if (finished) {
      await this.requirePossession(use, finished.sent, false);
      return this.countOutcome('replayed', finished.answer);
    }
    const flight = this.nativeRefresher.join(use);
    const late: UseOutcome = { kind: 'in-doubt', seconds: 5 };
    const outcome = await withinTime(patienceMs, flight.outcome, late);
    switch (outcome.kind) {
      case 'answered':
        if (flight.leader === use && isSentWith(outcome.sent, use))
          return this.countOutcome('refreshed', outcome.answer);
        await this.requirePossession(use, outcome.sent, true);
        return this.countOutcome('shared', outcome.answer);
      case 'refused':
        return this.countOutcome('refused', outcome.answer);
      case 'not-sent':
        this.countOutcome('not-sent', undefined);
        throw notSent(outcome.cause);
      case 'no-tokens':
        this.countOutcome('no-tokens', undefined);
        throw inDoubt(outcome.seconds, outcome.cause);
      case 'unknown':
        this.countOutcome('unknown', undefined);
        throw inDoubt(IN_DOUBT_SECONDS, outcome.cause);
      case 'in-doubt':
        this.countOutcome('waiting', undefined);
        throw inDoubt(outcome.seconds);
    }
  }

  /**
   * Requires that the caller has the DPoP key now: its proof was never used before, and carries the broker's nonce, or the
   * nonce that the issuer just accepted from a concurrent caller.
   */
  private async requirePossession(
    { fingerprint: { id }, proof }: NativeUse,
    sent: SentProof,
    wasWaiting: boolean,
  ): Promise<void> {
    const { nonce, jti, jkt } = proof;
    const isOfIssuer = wasWaiting && nonce !== undefined && digestOf(nonce) === sent.nonce;
    if (!isOfIssuer && (nonce === undefined || !this.fingerprints.isGoodNonce(nonce, id))) {
      this.countOutcome('challenged', undefined);
      const message =
        'This refresh token was used already. Send it again with a DPoP proof that carries this nonce.';
      throw new BrokerError('UseDpopNonce', message, { dpopNonce: this.fingerprints.nonce(id) });
    }
    if (digestOf(jti) !== sent.jti && (await this.nativeProofRows.consume({ jkt, jti }))) return;
    this.countOutcome('mismatch', undefined);
    throw new BrokerError(
      'InvalidDpopProof',
      'This DPoP proof was used before. Send a new proof with a new jti.',
    );
  }

  /** Binds an unknown token to the key id that the app names, unless it is known at another issuer. */
  private async bindUnknown(
    app: KnownApp,
    fingerprint: Fingerprint,
    { kid, ...shown }: Omit<TokenBinding, 'kid'> & { kid: string | undefined },
  ): Promise<TokenBinding> {
    if (await this.nativeRefreshRows.isKnownElsewhere(fingerprint)) throw this.mismatch(app, 'issuer');
    if (kid === undefined)
      throw new BrokerError(
        'KeyIdRequired',
        'key_id is missing, and this refresh token is unknown here. Send the Latchkey-Key-Id that came with it.',
      );
    return { ...shown, kid };
  }

  private requireMatch(
    app: KnownApp,
    binding: TokenBinding,
    shown: Parameters<typeof findMismatch>[1],
  ): void {
    const what = findMismatch(binding, shown);
    if (what) throw this.mismatch(app, what);
  }

  private mismatch(app: KnownApp, what: keyof TokenBinding): BrokerError {
    this.countOutcome('mismatch', undefined);
    this.log.nativeRefreshRefused({ app: app.name, what });
    return new BrokerError('GrantMismatch', `This refresh token is bound to another ${WORDS[what]}.`);
  }

  /** Counts how a refresh ended, and returns its answer. */
  private countOutcome<Answer>(outcome: NativeRefreshOutcome, answer: Answer): Answer {
    this.metrics.nativeApps.refreshSettled(outcome);
    return answer;
  }
}

const WORDS: Readonly<Record<keyof TokenBinding, string>> = {
  appId: 'client_id',
  issuer: 'issuer',
  jkt: 'DPoP key',
  kid: 'key_id',
};

/** @throws BrokerError `InvalidRequest` when the app has no such key */
export function keyOf({ keys }: KnownApp, kid: string): AppKey {
  const key = keys.find(candidate => candidate.kid === kid);
  if (!key)
    throw new BrokerError('InvalidRequest', 'key_id must be the Latchkey-Key-Id of a key of this app.');
  return key;
}

/** Returns whether an answer belongs to this request, and not to a concurrent one of another process. */
function isSentWith(sent: SentProof, { proof }: NativeUse): boolean {
  return sent.jti === digestOf(proof.jti);
}

function notSent(cause: unknown): BrokerError {
  if (cause instanceof BrokerError && cause.code !== 'InternalError') return cause;
  return new BrokerError(
    'IssuerUnavailable',
    'The refresh token was not sent to the issuer. It is still good: try again.',
    {
      cause,
      retryAfterSeconds: 1,
    },
  );
}

function inDoubt(seconds: number, cause?: unknown): BrokerError {
  const message =
    'It is not known yet whether the issuer used this refresh token. Keep it, and try again later.';
  return new BrokerError('RefreshInDoubt', message, { cause, retryAfterSeconds: seconds });
}
