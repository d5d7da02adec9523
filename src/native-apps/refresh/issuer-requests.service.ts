import { Injectable } from '@nestjs/common';
import type { Exchange } from '../../identity/outbound/guarded-exchange.ts';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { signClientAssertion } from '../../oauth/client-keys/client-assertion.ts';
import type { Endpoints } from '../../oauth/issuers/issuer-endpoints.service.ts';
import { ServerClock } from '../../oauth/issuers/server-clock.service.ts';
import type { AppKey, KnownApp } from '../registry/native-app.cache.ts';
import type { Parameters } from './native-parameters.ts';
import type { IssuerAnswer } from '../tokens/native-refresh.ts';

/** The headers of an issuer's answer that clients use. */
const PASSED_HEADERS = ['content-type', 'dpop-nonce', 'retry-after', 'www-authenticate'];

/** A request of an app to its issuer. */
export type AppRequest = {
  readonly app: KnownApp;
  readonly key: AppKey;
  readonly endpoints: Endpoints;
  /** One of the endpoints. */
  readonly url: URL;
  readonly parameters: Parameters;
  /** The header as the app sent it. */
  readonly dpop: string | undefined;
};

/** A request ready to be sent, once. */
export type SignedRequest = {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** How far the issuer's clock was assumed to run ahead, in milliseconds. */
  readonly clockOffset: number;
};

/** An issuer's answer. */
export type ReceivedAnswer = {
  readonly answer: IssuerAnswer;
  /** The assertion was signed for another time than the issuer's. */
  readonly clockWasWrong: boolean;
  /** Why the body is not whole or not decoded. */
  readonly problem: OutboundError | undefined;
};

/** Sends the requests of apps to their issuers. It adds the client assertion and changes nothing else. */
@Injectable()
export class IssuerRequests {
  constructor(
    private readonly outboundHttp: OutboundHttp,
    private readonly serverClock: ServerClock,
  ) {}

  async sign({ app, key, endpoints, url, parameters, dpop }: AppRequest): Promise<SignedRequest> {
    const { issuer } = endpoints;
    const clockOffset = this.serverClock.offsetOf(issuer);
    const now = this.serverClock.now(issuer);
    const assertion = await signClientAssertion(key.clientKey, { clientId: app.clientId, issuer, now });
    return {
      url,
      clockOffset,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...(dpop !== undefined && { dpop }),
      },
      body: new URLSearchParams({ ...parameters, ...assertion }).toString(),
    };
  }

  /**
   * Sends a signed request with a code or a refresh token, and never stops waiting for the answer.
   *
   * @throws OutboundError, which knows whether anything was sent
   */
  sendToken(signed: SignedRequest): Promise<ReceivedAnswer> {
    return this.sendBy(this.outboundHttp.nativeToken, signed);
  }

  /**
   * Sends a signed request that spends nothing, with a time limit.
   *
   * @throws OutboundError
   */
  sendBrief(signed: SignedRequest): Promise<ReceivedAnswer> {
    return this.sendBy(this.outboundHttp.nativeRequest, signed);
  }

  private async sendBy(
    exchange: Exchange,
    { url, headers, body, clockOffset }: SignedRequest,
  ): Promise<ReceivedAnswer> {
    const response = await exchange(url, { method: 'POST', headers, body });
    if (response.status >= 300 && response.status < 400)
      throw new OutboundError('redirect', url.origin, true);
    const clockWasWrong = this.serverClock.observe(
      url.origin,
      name => response.headers.get(name),
      clockOffset,
    );
    const passed = PASSED_HEADERS.flatMap(name => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    const answer = {
      status: response.status,
      headers: Object.fromEntries(passed),
      body: new TextDecoder().decode(response.body),
    };
    return { answer, clockWasWrong, problem: response.problem };
  }
}
