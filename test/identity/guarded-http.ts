import type { Dispatcher } from 'undici';
import type { DestinationRule } from '../../src/identity/outbound/destination-rule.ts';
import { createGuardedAgent } from '../../src/identity/outbound/guarded-agent.ts';
import { createGuardedFetch, type Fetch } from '../../src/identity/outbound/guarded-fetch.ts';
import { outboundPolicies, type OutboundPolicy } from '../../src/identity/outbound/outbound-policy.ts';
import type { ResolveName } from '../../src/identity/network/resolve-name.ts';

/** An allowance for one loopback address over http, which stands for the public internet. */
export const onlyTheSecondLoopback: DestinationRule = {
  http: true,
  permitsAddress: address => address === '127.0.0.2',
};

export type GuardedHttp = { agent: Dispatcher; fetch: Fetch };

type Options = { rule: DestinationRule; resolve?: ResolveName; policy?: Partial<OutboundPolicy> };

/** A guarded agent and a fetch on it, by default with the limits of `metadata`. */
export function guardedHttp({ rule, resolve, policy: changes = {} }: Options): GuardedHttp {
  const policy = { ...outboundPolicies.metadata, ...changes };
  const agent = createGuardedAgent({ policy, rule, ...(resolve === undefined ? {} : { resolve }) });
  return { agent, fetch: createGuardedFetch({ dispatcher: agent, policy, rule }) };
}

/** Returns a resolver that returns these addresses in order, and then the last one always. */
export function answering(...answers: string[][]): ResolveName & { questions: string[] } {
  const questions: string[] = [];
  const resolve: ResolveName = hostname => {
    const addresses = answers[Math.min(questions.length, answers.length - 1)] ?? [];
    questions.push(hostname);
    return Promise.resolve(addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
  return Object.assign(resolve, { questions });
}
