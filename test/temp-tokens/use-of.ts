import type { CredentialUse } from '../../src/access/credential-use.ts';

/** Returns a request for a thing's route, as the router passes it on. */
export function useOf(thing: string, change: Partial<CredentialUse> = {}): CredentialUse {
  const path = `/things/${thing}`;
  return { method: 'GET', path, route: '/things/:thing', params: { thing }, from: '127.0.0.1', ...change };
}

/** Returns a request that claims a thing. */
export function claimOf(thing: string): CredentialUse {
  return useOf(thing, { method: 'POST', path: `/things/${thing}/claim`, route: '/things/:thing/claim' });
}
