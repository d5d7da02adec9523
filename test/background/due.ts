import { randomBytes } from 'node:crypto';
import { BackgroundWorker } from '../../src/background/tasks/background.worker.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { storeSession } from '../broker/stored-session.ts';
import { accountOf, type TestBroker } from '../broker/test-broker.ts';
import { asId } from '../ids.ts';

/** Stops the background work, so that the suite runs it itself. */
export async function stopBackground({ app }: TestBroker): Promise<void> {
  await app.get(BackgroundWorker).beforeApplicationShutdown();
}

/** Makes sessions due. */
export async function makeDue({ database }: TestBroker, ids: readonly string[]): Promise<void> {
  await database
    .updateTable('oauth_session')
    .set({ next_refresh_at: database.now(-1) })
    .where('id', 'in', ids.map(asId))
    .execute();
}

/** Moves the last use of a session back by some hours. */
export async function leaveIdle({ database }: TestBroker, id: SessionId, hours: number): Promise<void> {
  await database
    .updateTable('oauth_session')
    .set({ last_used_at: database.now(-hours * 3600) })
    .where('id', '=', id)
    .execute();
}

/** Stores a session of a real account that the issuer does not know. */
export async function storeWorthlessSession(broker: TestBroker): Promise<SessionId> {
  const { did } = accountOf(broker, 'bob.test');
  const refreshToken = `ref-${randomBytes(32).toString('hex')}`;
  return (await storeSession(broker, broker.network.pds, { did, refreshToken })).id;
}
