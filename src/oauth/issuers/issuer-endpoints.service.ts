import { OAuthAuthorizationServerMetadataResolver } from '@atproto/oauth-client-node';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import type { Fetch } from '../../identity/outbound/guarded-fetch.ts';
import { OutboundError, type OutboundFailure } from '../../identity/outbound/outbound-error.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { pauseSecondsOf, responseOf } from './refusing-response.ts';
import { ServerClock } from './server-clock.service.ts';
import { SharedRequests } from './shared-requests.ts';

const KEPT_MS = 5 * 60_000;
const MOST_ISSUERS = 1_000;

/** No real origin is longer. */
const LONGEST_ISSUER = 512;

/** The endpoints of an issuer, all at its own origin; `undefined` for those that it lacks. */
export type Endpoints = {
  readonly issuer: string;
  readonly token: URL;
  readonly par: URL | undefined;
  readonly revocation: URL | undefined;
};

/** Failures that a retry does not cure. */
const UNFIT = new Set<OutboundFailure>([
  'forbidden_protocol',
  'forbidden_credentials',
  'forbidden_address',
  'redirect',
  'too_large',
]);

const noCache = { get: () => undefined, set: () => undefined, del: () => undefined };

/** Fetches the metadata of issuers that callers name (RFC 8414), and caches it for five minutes. */
@Injectable()
export class IssuerEndpoints {
  private readonly allowHttp: boolean;
  private readonly resolver: OAuthAuthorizationServerMetadataResolver;
  private readonly known = new LRUCache<string, Endpoints>({ max: MOST_ISSUERS, ttl: KEPT_MS });
  private readonly requests = new SharedRequests<Endpoints>();

  constructor(
    { outbound: { allowHttp } }: Config,
    { nativeMetadata }: OutboundHttp,
    private readonly serverClock: ServerClock,
  ) {
    this.allowHttp = allowHttp;
    this.resolver = new OAuthAuthorizationServerMetadataResolver(noCache, this.observing(nativeMetadata), {
      allowHttpIssuer: allowHttp,
    });
  }

  /**
   * Returns the endpoints of an issuer.
   *
   * @param issuer an origin, exactly as the issuer itself writes it
   * @throws BrokerError `InvalidIssuer` if it is no issuer, has another name, or names endpoints at another origin;
   * `IssuerUnavailable` if it cannot be reached now
   */
  async get(issuer: string): Promise<Endpoints> {
    const known = this.known.get(issuer);
    if (known) return known;
    this.requireOrigin(issuer);
    const endpoints = await this.requests.ask(issuer, () => this.fetch(issuer));
    this.known.set(issuer, endpoints);
    return endpoints;
  }

  private requireOrigin(issuer: string): void {
    const url = issuer.length <= LONGEST_ISSUER ? URL.parse(issuer) : null;
    const isHttps = url?.protocol === 'https:' || (this.allowHttp && url?.protocol === 'http:');
    if (url?.origin !== issuer || !isHttps)
      throw new BrokerError('InvalidIssuer', 'issuer must be an https origin, such as https://bsky.social.');
  }

  private async fetch(issuer: string): Promise<Endpoints> {
    try {
      const {
        token_endpoint: token,
        pushed_authorization_request_endpoint: par,
        revocation_endpoint: revocation,
      } = await this.resolver.get(issuer);
      return {
        issuer,
        token: ownEndpoint(issuer, token),
        par: par === undefined ? undefined : ownEndpoint(issuer, par),
        revocation: revocation === undefined ? undefined : ownEndpoint(issuer, revocation),
      };
    } catch (cause) {
      if (cause instanceof BrokerError && cause.code === 'InvalidIssuer') throw cause;
      throw isOutage(cause)
        ? new BrokerError('IssuerUnavailable', 'The issuer cannot be reached right now. Try again.', {
            cause,
            retryAfterSeconds: pauseSecondsOf(responseOf(cause)),
          })
        : new BrokerError(
            'InvalidIssuer',
            'The server there does not describe an issuer of this name. Check issuer.',
            {
              cause,
            },
          );
    }
  }

  /** An app's first proof is checked by the issuer's clock, before there was any other response of the issuer. */
  private observing(fetch: Fetch): Fetch {
    return async (input, init) => {
      const response = await fetch(input, init);
      const { origin } = new URL(input instanceof Request ? input.url : input);
      this.serverClock.observe(origin, name => response.headers.get(name));
      return response;
    };
  }
}

/** Signed requests for an issuer must not go to another origin. */
function ownEndpoint(issuer: string, endpoint: string): URL {
  const url = new URL(endpoint);
  if (url.origin === issuer && url.username === '' && url.password === '' && url.hash === '') return url;
  throw new BrokerError(
    'InvalidIssuer',
    'The issuer names an endpoint at another origin. Only its operator can fix that.',
  );
}

/** Whether the failure says nothing about the issuer, which may be reachable later. */
function isOutage(error: unknown): boolean {
  if (error instanceof OutboundError) return !UNFIT.has(error.reason);
  if (!(error instanceof Error)) return false;
  const status = 'statusCode' in error ? Number(error.statusCode) : 0;
  return status === 429 || status >= 500 || isOutage(error.cause);
}
