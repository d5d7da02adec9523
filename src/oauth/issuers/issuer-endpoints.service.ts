import { OAuthAuthorizationServerMetadataResolver } from '@atproto/oauth-client-node';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import type { Fetch } from '../../identity/outbound/guarded-fetch.ts';
import { OutboundError, type OutboundFailure } from '../../identity/outbound/outbound-error.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { ServerClock } from './server-clock.service.ts';
import { SharedRequests } from './shared-requests.ts';

const KEPT_MS = 5 * 60_000;
const MOST_ISSUERS = 1_000;

/** Longer ones are no origin that anybody uses. */
const LONGEST_ISSUER = 512;

/** Where an issuer takes what clients post, all at the issuer's own origin; `undefined` for what it does not offer. */
export type Endpoints = {
  readonly issuer: string;
  readonly token: URL;
  readonly par: URL | undefined;
  readonly revocation: URL | undefined;
};

/** What keeps an issuer from being asked today will do so tomorrow. */
const UNFIT = new Set<OutboundFailure>([
  'forbidden_protocol',
  'forbidden_credentials',
  'forbidden_address',
  'redirect',
  'too_large',
]);

const noCache = { get: () => undefined, set: () => undefined, del: () => undefined };

/** What issuers that callers name say about themselves (RFC 8414), kept for five minutes; and what time it is there. */
@Injectable()
export class IssuerEndpoints {
  private readonly allowHttp: boolean;
  private readonly resolver: OAuthAuthorizationServerMetadataResolver;
  private readonly known = new LRUCache<string, Endpoints>({ max: MOST_ISSUERS, ttl: KEPT_MS });
  private readonly requests = new SharedRequests<Endpoints>();

  constructor(
    { outbound: { allowHttp } }: Config,
    { metadata }: OutboundHttp,
    private readonly serverClock: ServerClock,
  ) {
    this.allowHttp = allowHttp;
    this.resolver = new OAuthAuthorizationServerMetadataResolver(noCache, this.observing(metadata), {
      allowHttpIssuer: allowHttp,
    });
  }

  /**
   * Returns the endpoints of an issuer.
   *
   * @param issuer an origin, exactly as the issuer itself writes it
   * @throws BrokerError `InvalidIssuer` where it is none, is not what it says of itself, or names endpoints that are not
   * its own; `IssuerUnavailable` when it cannot be asked now
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
          })
        : new BrokerError('InvalidIssuer', 'What is there does not describe an issuer of this name.', {
            cause,
          });
    }
  }

  private observing(fetch: Fetch): Fetch {
    return async (input, init) => {
      const response = await fetch(input, init);
      const { origin } = new URL(input instanceof Request ? input.url : input);
      this.serverClock.observe(origin, response.headers.get('date'));
      return response;
    };
  }
}

/** Nothing that is signed for an issuer goes anywhere else. */
function ownEndpoint(issuer: string, endpoint: string): URL {
  const url = new URL(endpoint);
  if (url.origin === issuer && url.username === '' && url.password === '' && url.hash === '') return url;
  throw new BrokerError('InvalidIssuer', 'The issuer names an endpoint that is not its own.');
}

/** Whether an issuer may well be what it was named, and only could not be asked. */
function isOutage(error: unknown): boolean {
  if (error instanceof OutboundError) return !UNFIT.has(error.reason);
  if (!(error instanceof Error)) return false;
  const status = 'statusCode' in error ? Number(error.statusCode) : 0;
  return status === 429 || status >= 500 || isOutage(error.cause);
}
