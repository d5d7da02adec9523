// A strict issuer of any number of accounts, with responses as long as a PDS's. BENCH_JWKS has the clients' keys.
import type { JSONWebKeySet } from 'jose';
import '../../test/network/end-with-parent.ts';
import { didOfFirstRefreshToken } from '../../test/network/fake-accounts.ts';
import { send, StrictNetwork } from '../../test/network/strict-network.ts';

const addresses = JSON.parse(process.env.BENCH_JWKS ?? '{}') as Record<string, string>;

/** An access token of a PDS is a JWT of about this length. */
const padding = 'x'.repeat(1_000);

const network = await StrictNetwork.start({
  adopt: didOfFirstRefreshToken,
  jwksOf: async clientId => (await (await fetch(addresses[clientId] ?? 'invalid:')).json()) as JSONWebKeySet,
  onRefresh: async ({ judge }, response) => {
    const { status, body } = await judge();
    send(response, { status, body: status === 200 ? { ...body, padding } : body });
  },
  documentAt: ({ pathname }) => (pathname === '/report' ? network.issuer.report : undefined),
});
process.send?.(network.url);
