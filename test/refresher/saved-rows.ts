import { expect } from '@jest/globals';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import type { SessionRow } from '../../src/sessions/stored/session-row.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import type { TestSession } from './test-session.ts';

/** Returns the row of a session, for {@link restoreRow}. */
export function saveRow({ broker: { database }, id }: TestSession): Promise<SessionRow> {
  return database.selectFrom('oauth_session').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Rolls the row of a session back, as a database does that loses its newest commits. */
export async function restoreRow(row: SessionRow, { database, app }: TestBroker): Promise<void> {
  await database.updateTable('oauth_session').set(row).where('id', '=', row.id).execute();
  // A broker's cache is valid for five seconds.
  app.get(SessionCache).forget(row.id);
}

/** Refreshes a session. Returns its row from before, and the digests of the tokens that were spent. */
export async function refreshTimes(
  session: TestSession,
  times: number,
): Promise<{ old: SessionRow; spent: string[] }> {
  const old = await saveRow(session);
  const spent: string[] = [];
  for (let time = 0; time < times; time++) {
    spent.push(await session.digest());
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
  }
  return { old, spent };
}
