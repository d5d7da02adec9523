import { accessTokenHash, createDpopSigner, signDpopProof } from '../../src/oauth/dpop/dpop-proof.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import type { TestSession } from './test-session.ts';

export type RememberedGrant = {
  /** Digest of the refresh token, as in the network's list. */
  digest: string;
  accessToken: string;
  /** Returns the PDS's verdict on this grant's access token: an OAuth error code, or `ok`. */
  ask: (accessToken: string) => Promise<string>;
};

/** Keeps a grant's tokens for checks after the broker has erased them. */
export async function rememberGrant(session: TestSession): Promise<RememberedGrant> {
  const stored = await session.broker.app.get(SessionRepository).findSession(session.id);
  if (!stored?.secrets) throw new Error('the session has no secrets');
  const { accessToken, dpopKey } = stored.secrets;
  const signer = createDpopSigner(dpopKey);
  const url = new URL('/xrpc/com.atproto.server.getSession', stored.pds);
  const askOnce = (token: string, nonce?: string): Promise<Response> => {
    const ath = accessTokenHash(token);
    const dpop = signDpopProof(signer, { method: 'GET', url, ath, nonce, now: new Date() });
    return fetch(url, { headers: { authorization: `DPoP ${token}`, dpop } });
  };
  return {
    digest: await session.digest(),
    accessToken,
    ask: async token => {
      const nonce = (await askOnce(token)).headers.get('dpop-nonce') ?? undefined;
      const answer = await askOnce(token, nonce);
      return /error="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1] ?? 'ok';
    },
  };
}
