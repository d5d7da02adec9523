import { randomBytes } from 'node:crypto';
import { Sweeper } from '../../src/background/sweeps/sweeper.service.ts';
import { BackgroundWorker } from '../../src/background/tasks/background.worker.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { ClockGuard } from '../../src/leases/clock/clock-guard.service.ts';
import { ConfirmedTime } from '../../src/leases/clock/confirmed-time.service.ts';
import { ProcessClock } from '../../src/waiting/process-clock.service.ts';
import { storeSession } from '../broker/stored-session.ts';
import { accountOf, type TestBroker } from '../broker/test-broker.ts';
import { asId } from '../ids.ts';

/** Stops the background work, so that the suite runs it itself. */
export async function stopBackground({ app }: TestBroker): Promise<void> {
  await app.get(BackgroundWorker).beforeApplicationShutdown();
}

/** Confirms the database's time, as a reading of an hour ago does, and runs every sweep. */
export async function sweepNow({ app, database }: TestBroker): Promise<void> {
  await confirmTime({ app, database });
  await app.get(Sweeper).run();
}

/** Hands in a reading of the database's clock as if it was an hour old. Rows that expired until now may be swept. */
async function confirmTime({ app, database }: Pick<TestBroker, 'app' | 'database'>): Promise<void> {
  await app.get(ClockGuard).beat();
  const anHourAgo = app.get(ProcessClock).monotonic() - 60 * 60_000;
  app.get(ConfirmedTime).note({ database: (await database.readNow()).getTime(), monotonic: anHourAgo });
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
