import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';

/** Resolves all addresses of a host name. Rejects or returns an empty list if there are none. */
export type ResolveName = (hostname: string) => Promise<LookupAddress[]>;

/** `timeout` in milliseconds applies to the first try. The second waits up to twice as long. */
export const nameServerPatience = { timeout: 2000, tries: 2 };

/**
 * Resolves with the operating system's resolver. Not for names that strangers choose: each resolution holds one of the
 * two threads that all share, for as long as the name's own servers are silent.
 */
export const resolveBySystem: ResolveName = hostname => lookup(hostname, { all: true });

/** Creates a resolver that queries name servers, the machine's by default, without a thread. Silent ones delay no other name. */
export function nameServerResolver(servers?: readonly string[]): ResolveName {
  return async hostname => {
    const resolver = new Resolver(nameServerPatience);
    if (servers) resolver.setServers(servers);
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const addresses = [...toAddresses(four, 4), ...toAddresses(six, 6)];
    if (addresses.length === 0 && four.status === 'rejected') throw four.reason;
    return addresses;
  };
}

function toAddresses(answer: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] {
  if (answer.status === 'rejected') return [];
  return answer.value.map(address => ({ address, family }));
}
