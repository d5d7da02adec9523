import { jest } from '@jest/globals';
import { NameServers } from '../../src/identity/resolution/name-servers.service.ts';
import { PermissionSets } from '../../src/oauth/scopes/permission-sets.service.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { until } from '../until.ts';
import type { Network } from '../network/network.ts';

/** The permission sets that the authority of a crate registry publishes. */
export const tags = 'com.example.crate.tag';
export const entries = 'com.example.crate.entry';
export const find = 'com.example.crate.find';

const repo = (...collection: string[]) => ({ type: 'permission', resource: 'repo', collection });
const rpc = (...lxm: string[]) => ({ type: 'permission', resource: 'rpc', lxm, aud: '*' });

export const whole = [repo(tags, entries), rpc(find)];
export const narrow = [repo(tags)];

/** Publishes a permission set or its new version. Returns the DID of its authority. */
export function publish(
  { network }: { network: Network },
  nsid: string,
  permissions: object[],
): Promise<string> {
  const main = { type: 'permission-set', title: 'Crates', detail: 'Push and pull crates', permissions };
  const lexicon = { id: nsid, defs: { main } };
  return network.publishLexicon(lexicon);
}

/** Replaces name resolution by answers of the suite, and records the queried names. */
export function standInForNameServers(answer: (name: string) => Promise<string[] | null>): string[] {
  const asked: string[] = [];
  jest.spyOn(NameServers.prototype, 'resolveTxt').mockImplementation(name => {
    asked.push(name);
    return answer(name);
  });
  return asked;
}

/** Waits until a broker has fetched a permission set. */
export async function untilKnown({ app }: TestBroker, nsid: string): Promise<void> {
  await until(`${nsid} is known`, () => app.get(PermissionSets).get(nsid) !== undefined);
}
