import { discard } from '../../src/identity/outbound/exchange.ts';
import { JoseKey, OAuthResponseError } from '@atproto/oauth-client-node';
import { ClientKeys } from '../../src/oauth/client-keys/client-keys.service.ts';
import { OAuthLibrary } from '../../src/oauth/issuers/oauth-library.service.ts';
import { PdsRequests } from '../../src/sessions/pds/pds-requests.service.ts';
import { isLive, type LiveSession, SessionCache } from '../../src/sessions/stored/session.cache.ts';
import type { Did } from '../../src/database/tables/did.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import type { TestBroker } from '../broker/test-broker.ts';

/** Returns the one live session of an account, with its tokens and its DPoP key. */
export async function sessionOf(broker: TestBroker, did: Did): Promise<LiveSession> {
  const { id } = await broker.database
    .selectFrom('oauth_session')
    .select('id')
    .where('did', '=', did)
    .where('status', '=', 'active')
    .executeTakeFirstOrThrow();
  return sessionById(broker, id);
}

/** Returns a live session, with its tokens and its DPoP key. */
export async function sessionById({ app }: TestBroker, id: SessionId): Promise<LiveSession> {
  const session = await app.get(SessionCache).reload(id);
  if (!isLive(session)) throw new Error(`session ${id} has no secrets`);
  return session;
}

/** Returns whether the PDS accepts the access token. */
export async function isAccessTokenLive({ app }: TestBroker, session: LiveSession): Promise<boolean> {
  const answer = await app
    .get(PdsRequests)
    .send(session, '/xrpc/com.atproto.server.getSession', { method: 'GET' });
  discard(answer);
  return answer.statusCode === 200;
}

/** Redeems the refresh token at its issuer, as a thief with the whole row would. Returns the outcome. */
export async function redeemRefreshToken({ app }: TestBroker, session: LiveSession): Promise<string> {
  const { issuer, kid, secrets } = session;
  const client = app.get(OAuthLibrary).client(await app.get(ClientKeys).keyOfGrant(kid));
  const server = await client.serverFactory.fromIssuer(
    issuer,
    kid === null ? { method: 'none' } : { method: 'private_key_jwt', kid },
    await JoseKey.fromJWK({ ...secrets.dpopKey }),
  );
  try {
    await server.request('token', {
      grant_type: 'refresh_token',
      refresh_token: secrets.refreshToken ?? '',
    });
    return 'redeemed';
  } catch (error) {
    if (error instanceof OAuthResponseError) return error.error ?? 'refused';
    throw error;
  }
}
