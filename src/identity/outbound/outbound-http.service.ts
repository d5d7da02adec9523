import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { Config } from '../../config/config.ts';
import { withinTime } from '../../waiting/within-time.ts';
import {
  anyDestination,
  operatorDestinations,
  publicDestinations,
  type DestinationRule,
} from './destination-rule.ts';
import { GuardedAgents } from './guarded-agents.service.ts';
import {
  createGuardedExchange,
  createGuardedStream,
  type Exchange,
  type StreamExchange,
} from './guarded-exchange.ts';
import { createGuardedFetch, type Fetch } from './guarded-fetch.ts';
import { outboundPolicies, type OutboundClass } from './outbound-policy.ts';

/** Time in milliseconds that shutdown waits for running calls. Later ones end with the process. */
const closingTime = 5000;

/**
 * Sends all outbound HTTP of the broker, by one guarded member per class of call.
 *
 * `metadata`, `directory`, `picture` and `token` have the signature of `fetch` and read small responses whole. `refresh`
 * also returns what arrived of a response that cannot be read. `xrpc` is an undici dispatcher that streams and keeps a
 * pool of connections per PDS. Failures are OutboundErrors.
 */
@Injectable()
export class OutboundHttp implements OnApplicationShutdown {
  readonly #guardedAgents: GuardedAgents;
  readonly #agents: Dispatcher[] = [];
  /** Fetches documents from addresses that strangers choose. */
  readonly metadata: Fetch;
  /** Fetches documents from addresses that the operator configured. */
  readonly directory: Fetch;
  /** Fetches pictures from addresses that strangers choose. */
  readonly picture: Fetch;
  /** Sends requests that must be sent exactly once: codes, refresh tokens, pushed requests, revocations. */
  readonly token: Fetch;
  /** Sends refreshes, whose answers come only once: in the class of `token`, and nothing that arrives is thrown away. */
  readonly refresh: Exchange;
  /** Sends proxied calls to a PDS. */
  readonly xrpc: Dispatcher;
  /** Sends proxied calls once more, each on a connection of its own. */
  readonly xrpcAgain: Dispatcher;
  /** Fetches blobs from addresses that a PDS redirects to. */
  readonly blob: StreamExchange;

  constructor(config: Config, guardedAgents: GuardedAgents) {
    this.#guardedAgents = guardedAgents;
    const { allowHttp } = config.outbound;
    const byStrangers = allowHttp ? anyDestination : publicDestinations;
    const byOperator = allowHttp ? anyDestination : operatorDestinations;
    this.metadata = this.#fetch('metadata', byStrangers);
    this.directory = this.#fetch('directory', byOperator);
    this.picture = this.#fetch('picture', byStrangers);
    const token = {
      dispatcher: this.#agent('token', byStrangers),
      policy: outboundPolicies.token,
      rule: byStrangers,
    };
    this.token = createGuardedFetch(token);
    this.refresh = createGuardedExchange(token);
    this.xrpc = this.#agent('xrpc', byStrangers);
    this.xrpcAgain = this.#agent('xrpcAgain', byStrangers);
    this.blob = createGuardedStream(this.#agent('blob', byStrangers), byStrangers);
  }

  async onApplicationShutdown(): Promise<void> {
    const closed = Promise.all(this.#agents.map(agent => agent.close()));
    await withinTime(closingTime, closed, undefined);
  }

  #agent(name: OutboundClass, rule: DestinationRule): Dispatcher {
    const agent = this.#guardedAgents.create({ policy: outboundPolicies[name], rule });
    this.#agents.push(agent);
    return agent;
  }

  #fetch(name: OutboundClass, rule: DestinationRule): Fetch {
    return createGuardedFetch({ dispatcher: this.#agent(name, rule), policy: outboundPolicies[name], rule });
  }
}
