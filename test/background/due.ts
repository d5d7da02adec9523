import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { BackgroundWorker } from '../../src/background/background.worker.ts';
import { Sessions } from '../../src/sessions/sessions.service.ts';
import { accountOf, type TestBroker } from '../broker/test-broker.ts';

/** Leaves the background's work to the suite, which says when it is done. */
export async function stopBackground({ app }: TestBroker): Promise<void> {
  await app.get(BackgroundWorker).beforeApplicationShutdown();
}

/** Lets the time of sessions come. */
export async function makeDue({ database }: TestBroker, ids: readonly string[]): Promise<void> {
  await database
    .updateTable('oauth_session')
    .set({ next_refresh_at: database.now(-1) })
    .where('id', 'in', ids)
    .execute();
}

/** Lets so many hours go by since a session was used. */
export async function leaveIdle({ database }: TestBroker, id: string, hours: number): Promise<void> {
  await database
    .updateTable('oauth_session')
    .set({ last_used_at: database.now(-hours * 3600) })
    .where('id', '=', id)
    .execute();
}

/** A session that the issuer knows nothing of. */
export async function storeWorthlessSession(broker: TestBroker): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { pds } = broker.network;
  const session = await broker.app.get(Sessions).create(
    {
      did: accountOf(broker, 'bob.test').did,
      clientId: 'http://localhost',
      issuer: pds,
      pds,
      scope: 'atproto',
      kid: null,
      accessToken: randomBytes(32).toString('hex'),
      accessExpiresAt: new Date(Date.now() + 60 * 60_000),
      refreshToken: `ref-${randomBytes(32).toString('hex')}`,
      dpopKey: privateKey.export({ format: 'jwk' }),
    },
    { handle: null, purpose: 'ui' },
  );
  return session.id;
}
