import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { findSigningKey } from '../../oauth/client-keys/client-key-life.ts';
import { findProofKey } from '../../oauth/dpop/dpop-proof-check.ts';
import { type Endpoints, IssuerEndpoints } from '../../oauth/issuers/issuer-endpoints.service.ts';
import { upstreamInTime } from '../../waiting/upstream-in-time.ts';
import { findIssuedRefreshToken } from '../../oauth/refresh/token-answer.ts';
import { type Fingerprint, Fingerprints } from '../tokens/fingerprints.service.ts';
import { IssuerRequests, type ReceivedAnswer } from '../refresh/issuer-requests.service.ts';
import type { AppKey, KnownApp } from '../registry/native-app.cache.ts';
import type { ParsedRequest } from '../refresh/native-parameters.ts';
import type { TokenBinding } from '../tokens/native-refresh.ts';
import { NativeRefreshRepository } from '../tokens/native-refresh.repository.ts';
import { type KeyedAnswer, keyOf } from './native-refreshes.service.ts';
import { NativeRefresher } from '../refresh/native-refresher.service.ts';

/** A pushed login has expired by then. */
const LOGIN_SECONDS = 30 * 60;

/** Forwards the requests of native apps to their issuers, with the client assertion that the broker signs. */
@Injectable()
export class NativeRequests {
  constructor(
    private readonly issuerEndpoints: IssuerEndpoints,
    private readonly issuerRequests: IssuerRequests,
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly nativeRefresher: NativeRefresher,
    private readonly fingerprints: Fingerprints,
    private readonly log: Log,
  ) {}

  /**
   * Pushes an authorization request (RFC 9126), signed with the key for new sessions.
   *
   * @throws BrokerError `InvalidIssuer`, `IssuerUnavailable`; `InvalidRequest` for a key id that the app does not have;
   * `UpstreamUnavailable`, `UpstreamTimeout`
   */
  async push(app: KnownApp, request: ParsedRequest, dpop: string | undefined): Promise<KeyedAnswer> {
    const endpoints = await this.issuerEndpoints.get(request.issuer);
    const url = requireEndpoint(endpoints.par, 'pushed authorization requests');
    const key = request.keyId === undefined ? signingKeyOf(app) : keyOf(app, request.keyId);
    const call = { endpoints, url, request, dpop };
    const first = await this.callIssuer(app, key, call);
    // Nothing is spent by a request that an issuer with another clock refused.
    const { answer } =
      isRefused(first) && first.clockWasWrong ? await this.callIssuer(app, key, call) : first;
    const challenge = request.passedOn.code_challenge;
    if (answer.status < 300 && challenge !== undefined) {
      const login = this.fingerprints.ofLogin(endpoints.issuer, challenge);
      const binding = { appId: app.id, issuer: endpoints.issuer, jkt: '', kid: key.kid };
      await this.rememberBinding(login, binding, LOGIN_SECONDS);
    }
    return { answer, kid: key.kid };
  }

  /** Redeems a code (RFC 6749 section 4.1.3), signed with the key of its login, and stores the binding of the new token. */
  async redeem(app: KnownApp, request: ParsedRequest, dpop: string | undefined): Promise<KeyedAnswer> {
    const endpoints = await this.issuerEndpoints.get(request.issuer);
    const { issuer } = endpoints;
    const key = await this.keyOfLogin(app, issuer, request);
    const { answer } = await this.callIssuer(app, key, { endpoints, url: endpoints.token, request, dpop });
    const token = answer.status < 300 ? findIssuedRefreshToken(answer.body) : null;
    const jkt = token === null ? undefined : await findProofKey(dpop);
    if (token !== null && jkt !== undefined) {
      const binding = { appId: app.id, issuer, jkt, kid: key.kid };
      await this.rememberBinding(this.fingerprints.ofRefreshToken(issuer, token), binding);
    }
    return { answer, kid: key.kid };
  }

  /** Revokes a token (RFC 7009), signed with the key that its session began with, if that is known. */
  async revoke(app: KnownApp, request: ParsedRequest, dpop: string | undefined): Promise<KeyedAnswer> {
    const endpoints = await this.issuerEndpoints.get(request.issuer);
    const url = requireEndpoint(endpoints.revocation, 'revocation');
    const token = this.fingerprints.ofRefreshToken(endpoints.issuer, request.passedOn.token ?? '');
    const known = await this.nativeRefreshRows.find(token);
    if (known && known.binding.appId !== app.id)
      throw new BrokerError('GrantMismatch', 'This refresh token is bound to another client_id.');
    const kid = known?.binding.kid ?? request.keyId;
    const key = kid === undefined ? signingKeyOf(app) : keyOf(app, kid);
    const { answer } = await this.callIssuer(app, key, { endpoints, url, request, dpop });
    if (answer.status < 300) {
      this.nativeRefresher.forget(token);
      if (known) await this.nativeRefreshRows.forget(token);
    }
    return { answer, kid: key.kid };
  }

  private async callIssuer(
    app: KnownApp,
    key: AppKey,
    call: { endpoints: Endpoints; url: URL; request: ParsedRequest; dpop: string | undefined },
  ): Promise<ReceivedAnswer> {
    const { endpoints, url, dpop } = call;
    const parameters = call.request.passedOn;
    const signed = await this.issuerRequests.sign({ app, key, endpoints, url, parameters, dpop });
    const received = await (url === endpoints.token
      ? upstreamInTime(this.issuerRequests.sendToken(signed))
      : this.issuerRequests.sendBrief(signed));
    if (received.problem) throw received.problem;
    return received;
  }

  private async keyOfLogin(app: KnownApp, issuer: string, request: ParsedRequest): Promise<AppKey> {
    if (request.keyId !== undefined) return keyOf(app, request.keyId);
    const challenge = hash('sha256', request.passedOn.code_verifier ?? '', 'base64url');
    const pushed = await this.nativeRefreshRows.find(this.fingerprints.ofLogin(issuer, challenge));
    return pushed?.binding.appId === app.id ? keyOf(app, pushed.binding.kid) : signingKeyOf(app);
  }

  /** A failure is only logged: without the stored binding, the app must send its key id. */
  private async rememberBinding(
    fingerprint: Fingerprint,
    binding: TokenBinding,
    seconds?: number,
  ): Promise<void> {
    try {
      await this.nativeRefreshRows.remember(fingerprint, binding, seconds);
    } catch (error) {
      this.log.databaseFailed(error);
    }
  }
}

function signingKeyOf({ keys }: KnownApp): AppKey {
  const signing = findSigningKey(keys);
  if (!signing) throw new BrokerError('InternalError', 'This app has no active client key.');
  return signing;
}

function isRefused({ answer: { status } }: ReceivedAnswer): boolean {
  return status === 400 || status === 401;
}

function requireEndpoint(url: URL | undefined, what: string): URL {
  if (url) return url;
  throw new BrokerError(
    'InvalidIssuer',
    `The issuer has no endpoint for ${what}, so this request cannot be made there.`,
  );
}
