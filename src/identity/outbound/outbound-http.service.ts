import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { Config } from '../../config/config.ts';
import { RateLimit } from '../../http/edge/rate-limit.ts';
import { withinTime } from '../../waiting/within-time.ts';
import { nameServerResolver, resolveBySystem, type ResolveName } from '../network/resolve-name.ts';
import {
  anyDestination,
  operatorDestinations,
  publicDestinations,
  type DestinationRule,
} from './destination-rule.ts';
import { DirectoryShare } from './directory-share.ts';
import { GuardedAgents } from './guarded-agents.service.ts';
import {
  createGuardedExchange,
  createGuardedStream,
  type Exchange,
  type GuardedExchangeOptions,
  type StreamExchange,
} from './guarded-exchange.ts';
import { createGuardedFetch, type Fetch } from './guarded-fetch.ts';
import { outboundPolicies, type OutboundClass } from './outbound-policy.ts';

/** Time in milliseconds that shutdown waits for running calls. Later ones end with the process. */
const closingTime = 5000;

/** Fetches what identifies accounts and their servers. */
export type Lookups = {
  /** Fetches documents from addresses that strangers choose. */
  readonly metadata: Fetch;
  /** Fetches documents from addresses that the operator configured. */
  readonly directory: Fetch;
};

type Destinations = { readonly rule: DestinationRule; readonly resolve: ResolveName };

/**
 * Sends all outbound HTTP of the broker, by one guarded member per class of call.
 *
 * Members of type `Fetch` have the signature of `fetch` and read small responses whole. An `Exchange` also returns what
 * arrived of a response that cannot be read. `xrpc` is an undici dispatcher that streams and keeps a pool of connections
 * per PDS. Failures are OutboundErrors.
 */
@Injectable()
export class OutboundHttp implements OnApplicationShutdown, Lookups {
  readonly #guardedAgents: GuardedAgents;
  readonly #agents: Dispatcher[] = [];
  /** For logins and everything else that callers without a session can cause. */
  readonly metadata: Fetch;
  readonly directory: Fetch;
  /** For stored sessions and for the broker itself: strangers' look-ups take nothing from them. */
  readonly sessionLookups: Lookups;
  /** Fetches the metadata of issuers that native apps name. */
  readonly nativeMetadata: Fetch;
  /** Fetches pictures and profiles from addresses that strangers choose. */
  readonly picture: Fetch;
  /** Sends pushed authorization requests. */
  readonly push: Fetch;
  /** Sends revocations. */
  readonly revocation: Fetch;
  /** Sends codes, which work once: never given up once sent. */
  readonly code: Fetch;
  /** Sends refreshes, whose answers come only once: never given up once sent, and nothing that arrives is thrown away. */
  readonly refresh: Exchange;
  /** Sends pushed requests and revocations of native apps. */
  readonly nativeRequest: Exchange;
  /** Sends codes and refresh tokens of native apps, as `refresh` does. */
  readonly nativeToken: Exchange;
  /** Sends proxied calls to a PDS. */
  readonly xrpc: Dispatcher;
  /** Sends proxied calls once more, each on a connection of its own. */
  readonly xrpcAgain: Dispatcher;
  /** Fetches blobs from addresses that a PDS redirects to. */
  readonly blob: StreamExchange;

  constructor(config: Config, guardedAgents: GuardedAgents) {
    this.#guardedAgents = guardedAgents;
    const { allowHttp } = config.outbound;
    const development = { rule: anyDestination, resolve: resolveBySystem };
    const byStrangers = allowHttp ? development : { rule: publicDestinations, resolve: nameServerResolver() };
    const byOperator = allowHttp ? development : { rule: operatorDestinations, resolve: resolveBySystem };
    const { logins } = config.limits;
    const share = new DirectoryShare(logins === 'off' ? undefined : new RateLimit(logins));
    this.metadata = this.#fetch('metadata', byStrangers);
    this.directory = share.forLogins(this.#fetch('directory', byOperator));
    this.sessionLookups = {
      metadata: this.#fetch('sessionMetadata', byStrangers),
      directory: share.forRefreshes(this.#fetch('sessionDirectory', byOperator)),
    };
    this.nativeMetadata = this.#fetch('nativeMetadata', byStrangers);
    this.picture = this.#fetch('picture', byStrangers);
    this.push = this.#fetch('push', byStrangers);
    this.revocation = this.#fetch('revocation', byStrangers);
    this.code = this.#fetch('code', byStrangers);
    this.refresh = this.#exchange('refresh', byStrangers);
    this.nativeRequest = this.#exchange('nativeRequest', byStrangers);
    this.nativeToken = this.#exchange('nativeToken', byStrangers);
    this.xrpc = this.#agent('xrpc', byStrangers);
    this.xrpcAgain = this.#agent('xrpcAgain', byStrangers);
    this.blob = createGuardedStream(this.#agent('blob', byStrangers), byStrangers.rule);
  }

  async onApplicationShutdown(): Promise<void> {
    const closed = Promise.all(this.#agents.map(agent => agent.close()));
    await withinTime(closingTime, closed, undefined);
  }

  #agent(name: OutboundClass, destinations: Destinations): Dispatcher {
    const agent = this.#guardedAgents.create({ policy: outboundPolicies[name], ...destinations });
    this.#agents.push(agent);
    return agent;
  }

  #fetch(name: OutboundClass, destinations: Destinations): Fetch {
    return createGuardedFetch(this.#options(name, destinations));
  }

  #exchange(name: OutboundClass, destinations: Destinations): Exchange {
    return createGuardedExchange(this.#options(name, destinations));
  }

  #options(name: OutboundClass, destinations: Destinations): GuardedExchangeOptions {
    const { rule } = destinations;
    return { dispatcher: this.#agent(name, destinations), policy: outboundPolicies[name], rule };
  }
}
