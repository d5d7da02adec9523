import { generateKeyPairSync } from 'node:crypto';
import { Agent, type Dispatcher } from 'undici';
import { createDpopSigner, signDpopProof } from '../../../src/oauth/dpop/dpop-proof.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import { didOf, firstRefreshTokenOf } from '../../../test/network/fake-accounts.ts';
import { startFakeIssuer } from './fake-issuer.ts';

const seconds = 5;

/**
 * Measures the refreshes per second of loops that only sign and send, over kept connections: the upper bound for a broker
 * on this machine.
 */
export async function measureBareLoop(lanes: number): Promise<number> {
  const issuer = await startFakeIssuer();
  const agent = new Agent({ connections: lanes });
  try {
    const endpoint = new URL('/token', issuer.url);
    const until = performance.now() + seconds * 1000;
    const counts = await Promise.all(
      Array.from({ length: lanes }, (_, account) => refreshUntil(until, didOf(account), { endpoint, agent })),
    );
    return counts.reduce((sum, count) => sum + count, 0) / seconds;
  } finally {
    await agent.close();
    await issuer.stop();
  }
}

/** Refreshes one account repeatedly. Returns how often. */
async function refreshUntil(
  until: number,
  did: Did,
  { endpoint, agent }: { endpoint: URL; agent: Dispatcher },
): Promise<number> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createDpopSigner(privateKey.export({ format: 'jwk' }));
  let refreshToken = firstRefreshTokenOf(did);
  let nonce: string | undefined;
  let count = 0;
  while (performance.now() < until) {
    const { statusCode, headers, body } = await agent.request({
      origin: endpoint.origin,
      path: endpoint.pathname,
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        dpop: signDpopProof(signer, { method: 'POST', url: endpoint, nonce, now: new Date() }),
      },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: 'http://localhost',
      }).toString(),
    });
    const answer = (await body.json()) as { refresh_token?: string; error?: string };
    nonce = String(headers['dpop-nonce']);
    if (statusCode !== 200 && answer.error === 'use_dpop_nonce') continue;
    if (answer.refresh_token === undefined) throw new Error(`the issuer answered ${JSON.stringify(answer)}`);
    refreshToken = answer.refresh_token;
    count++;
  }
  return count;
}
