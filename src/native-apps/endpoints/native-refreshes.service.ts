import { Injectable } from '@nestjs/common';
import { digestOf } from '../../crypto/secret.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import type { NativeRefreshOutcome } from '../../observability/metrics/metrics-labels.ts';
import { checkDpopProof } from '../../oauth/dpop/dpop-proof-check.ts';
import { IssuerEndpoints } from '../../oauth/issuers/issuer-endpoints.service.ts';
import { withinTime } from '../../waiting/within-time.ts';
import { type Fingerprint, Fingerprints } from '../refresh/fingerprints.service.ts';
import type { AppKey, KnownApp } from '../registry/native-app.cache.ts';
import type { ParsedRequest } from '../refresh/native-parameters.ts';
import { NativeProofRepository } from '../refresh/native-proof.repository.ts';
import {
  findMismatch,
  type IssuerAnswer,
  type NativeUse,
  type SentProof,
  type TokenBinding,
  type UseOutcome,
} from '../refresh/native-refresh.ts';
import { NativeRefreshRepository } from '../refresh/native-refresh.repository.ts';
import { NativeRefresher, type TokenState } from '../refresh/native-refresher.service.ts';

/** How long a request waits for the use of its token; that goes on without it. */
const PATIENCE_MS = 25_000;

/** A lost answer may still come to this process, and a request that was lost can be sent again in two minutes. */
const IN_DOUBT_SECONDS = 120;

/** An answer, and the key that the session began with. */
export type KeyedAnswer = { readonly answer: IssuerAnswer; readonly kid: string };

/**
 * Refreshes of native apps, which can be repeated: who shows a token with all that it is bound to, and proves to have its
 * key, is given the answer of its one use.
 */
@Injectable()
export class NativeRefreshes {
  constructor(
    private readonly issuerEndpoints: IssuerEndpoints,
    private readonly nativeRefresher: NativeRefresher,
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly nativeProofRows: NativeProofRepository,
    private readonly fingerprints: Fingerprints,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * Uses a refresh token at its issuer, or answers as it was answered before.
   *
   * @param dpop the header of the request: a proof for the issuer's token endpoint
   * @param patienceMs how long this request waits
   * @throws BrokerError `InvalidIssuer`, `IssuerUnavailable`; `InvalidDpopProof`; `KeyIdRequired` for a token that is not
   * known without it; `GrantMismatch` for another app, issuer, DPoP key or key id than its own; `UseDpopNonce` where a
   * proof has to be made anew; `RefreshInDoubt` while nobody can know what became of the token; `UpstreamUnavailable`
   * when nothing was sent
   */
  async refresh(
    app: KnownApp,
    request: ParsedRequest,
    dpop: string | undefined,
    patienceMs = PATIENCE_MS,
  ): Promise<KeyedAnswer> {
    const endpoints = await this.issuerEndpoints.get(request.issuer);
    const now = this.issuerEndpoints.clock.now(endpoints.issuer);
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
      return this.ended('replayed', finished.answer);
    }
    const flight = this.nativeRefresher.join(use);
    const late: UseOutcome = { kind: 'in-doubt', seconds: 5 };
    const outcome = await withinTime(patienceMs, flight.outcome, late);
    switch (outcome.kind) {
      case 'answered':
        if (flight.leader === use && isSentWith(outcome.sent, use))
          return this.ended('refreshed', outcome.answer);
        await this.requirePossession(use, outcome.sent, true);
        return this.ended('shared', outcome.answer);
      case 'refused':
        return this.ended('refused', outcome.answer);
      case 'not-sent':
        this.ended('not-sent', undefined);
        throw notSent(outcome.cause);
      case 'unknown':
        this.ended('unknown', undefined);
        throw inDoubt(IN_DOUBT_SECONDS, outcome.cause);
      case 'in-doubt':
        this.ended('waiting', undefined);
        throw inDoubt(outcome.seconds);
    }
  }

  /**
   * Makes sure that who wants an answer has the key now: with a nonce of ours, or the one that the issuer has just
   * accepted from whoever was at the same time; and with a proof that was never used before.
   */
  private async requirePossession(
    { fingerprint: { id }, proof }: NativeUse,
    sent: SentProof,
    wasWaiting: boolean,
  ): Promise<void> {
    const { nonce, jti, jkt } = proof;
    const isOfIssuer = wasWaiting && nonce !== undefined && digestOf(nonce) === sent.nonce;
    if (!isOfIssuer && (nonce === undefined || !this.fingerprints.isGoodNonce(nonce, id))) {
      this.ended('challenged', undefined);
      const message = 'This refresh token was used. Prove with this nonce that you have its key.';
      throw new BrokerError('UseDpopNonce', message, { dpopNonce: this.fingerprints.nonce(id) });
    }
    if (digestOf(jti) !== sent.jti && (await this.nativeProofRows.consume({ jkt, jti }))) return;
    this.ended('mismatch', undefined);
    throw new BrokerError('InvalidDpopProof', 'The DPoP proof is not accepted. It was used before.');
  }

  /** A token that is not known here goes with the key that the app names; unless it is that of another issuer. */
  private async bindUnknown(
    app: KnownApp,
    fingerprint: Fingerprint,
    { kid, ...shown }: Omit<TokenBinding, 'kid'> & { kid: string | undefined },
  ): Promise<TokenBinding> {
    if (await this.nativeRefreshRows.isKnownElsewhere(fingerprint)) throw this.mismatch(app, 'issuer');
    if (kid === undefined)
      throw new BrokerError(
        'KeyIdRequired',
        'key_id: is missing, and this token is not known here; send the Latchkey-Key-Id that came with it',
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
    this.ended('mismatch', undefined);
    this.log.nativeRefreshRefused({ app: app.name, what });
    return new BrokerError('GrantMismatch', `This refresh token is not for this ${WORDS[what]}.`);
  }

  private ended<Answer>(outcome: NativeRefreshOutcome, answer: Answer): Answer {
    this.metrics.nativeApps.refreshEnded(outcome);
    return answer;
  }
}

const WORDS: Readonly<Record<keyof TokenBinding, string>> = {
  appId: 'client_id',
  issuer: 'issuer',
  jkt: 'DPoP key',
  kid: 'key_id',
};

/** @throws BrokerError `InvalidRequest` where it is no key of this app */
export function keyOf({ keys }: KnownApp, kid: string): AppKey {
  const key = keys.find(candidate => candidate.kid === kid);
  if (!key) throw new BrokerError('InvalidRequest', 'key_id: names no key of this app');
  return key;
}

/** Whether an answer is to this very request: another process may have been faster. */
function isSentWith(sent: SentProof, { proof }: NativeUse): boolean {
  return sent.jti === digestOf(proof.jti);
}

function notSent(cause: unknown): BrokerError {
  if (cause instanceof BrokerError && cause.code !== 'InternalError') return cause;
  return new BrokerError('IssuerUnavailable', 'The refresh token was not sent. Try again.', {
    cause,
    retryAfterSeconds: 1,
  });
}

function inDoubt(seconds: number, cause?: unknown): BrokerError {
  const message = 'Nobody knows yet what became of this refresh token. Keep it, and try again later.';
  return new BrokerError('RefreshInDoubt', message, { cause, retryAfterSeconds: seconds });
}
