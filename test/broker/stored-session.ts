import { generateKeyPairSync } from 'node:crypto';
import { digestOf, newSecret } from '../../src/crypto/secret.ts';
import type { Updateable } from 'kysely';
import type { OauthSessionTable, SessionPurpose } from '../../src/database/tables/oauth-session.ts';
import { newId, type SessionId, UiSessionId } from '../../src/database/tables/id.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import { AccountHandleRepository } from '../../src/identity/handles/account-handle.repository.ts';
import type { Grant } from '../../src/oauth/authorization/grant.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import { UiSessionRepository } from '../../src/ui-sessions/ui-session.repository.ts';
import type { TestBroker } from './test-broker.ts';

const HOUR_MS = 60 * 60_000;

type Stored = Pick<TestBroker, 'app' | 'database'>;

/** Returns a made-up grant, unknown to every PDS. */
export function madeUpGrant({ network }: TestBroker, pds: string, grant: Partial<Grant> = {}): Grant {
  return {
    did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa',
    clientId: 'http://localhost',
    issuer: network.pds,
    pds,
    scope: 'atproto transition:generic',
    kid: null,
    accessToken: newSecret(),
    accessExpiresAt: new Date(Date.now() + HOUR_MS),
    refreshToken: newSecret(),
    dpopKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
    ...grant,
  };
}

/** Stores the session of a made-up grant, and the handle of its made-up account as verified. It works only at a PDS that accepts every token. */
export async function storeSession(
  broker: TestBroker,
  pds: string,
  grant: Partial<Grant> = {},
  purpose: SessionPurpose = 'ui',
): Promise<Session> {
  const made = madeUpGrant(broker, pds, grant);
  const sessionRows = broker.app.get(SessionRepository, { strict: false });
  if (grant.did === undefined)
    await broker.app
      .get(AccountHandleRepository, { strict: false })
      .store(made.did, 'made-up.test', new Date());
  return sessionRows.insertSession(made, { handle: 'made-up.test', purpose });
}

/** Makes a session wait for tokens that were lost, since `at`. */
export function suspendSession(
  broker: Stored,
  id: SessionId,
  at = new Date(),
  reason: 'response_lost' | 'restored' = 'response_lost',
): Promise<void> {
  return changeSession(broker, id, { status: 'needs_reauth', reason, needs_reauth_at: toTimestamp(at) });
}

/** Makes a session wait for a newer state, as one whose row was found rolled back just now. */
export function putInCheck(broker: Stored, id: SessionId): Promise<void> {
  const rolled_back_at = toTimestamp(new Date());
  return changeSession(broker, id, { status: 'needs_check', reason: null, rolled_back_at });
}

async function changeSession(
  { app, database }: Stored,
  id: SessionId,
  change: Updateable<OauthSessionTable>,
): Promise<void> {
  await database.updateTable('oauth_session').set(change).where('id', '=', id).execute();
  app.get(SessionCache, { strict: false }).forget(id);
}

export type CookieLife = {
  readonly lastSeenAt?: Date;
  readonly expiresAt?: Date;
  readonly userAgent?: string;
};

/** Stores a browser session for `session`, with a given life, and returns its cookie's value. */
export async function storeCookie(
  { app, database }: TestBroker,
  { id, did }: Pick<Session, 'id' | 'did'>,
  { lastSeenAt = new Date(), expiresAt = new Date(Date.now() + HOUR_MS), userAgent }: CookieLife = {},
): Promise<string> {
  const cookie = newSecret();
  const row = {
    id: newId(UiSessionId),
    digest: digestOf(cookie),
    did,
    session_id: id,
    user_agent: userAgent ?? null,
    created_at: toTimestamp(lastSeenAt),
    last_seen_at: toTimestamp(lastSeenAt),
    expires_at: toTimestamp(expiresAt),
  };
  await app.get(UiSessionRepository, { strict: false }).insertUiSession(row, database);
  return cookie;
}
