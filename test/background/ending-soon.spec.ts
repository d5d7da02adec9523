import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ExpiryWarnings } from '../../src/background/sweeps/expiry-warnings.service.ts';
import type { Did } from '../../src/database/tables/did.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { oauthSessionRow } from '../database/rows.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import { stopBackground } from './due.ts';

const DAY_MS = 24 * 60 * 60_000;

type Warning = { level: string; did: Did; sessionId: SessionId; endsAt: string };

describeBroker('the warning of sessions that end soon', suite);

function suite(broker: () => TestBroker): void {
  let heard = 0;
  const run = (): Promise<number> => broker().app.get(ExpiryWarnings).run();
  /** Returns the warnings since the last call. */
  const warnings = (): Warning[] => {
    const lines = broker().logLines.slice(heard);
    heard += lines.length;
    return lines
      .filter(line => line.includes('session expires soon'))
      .map(line => JSON.parse(line) as Warning);
  };

  beforeAll(() => stopBackground(broker()));
  beforeEach(async () => {
    await broker().database.deleteFrom('oauth_session').execute();
    await letDayPass(broker());
    warnings();
  });

  it.each([
    ['public', 11.9, false],
    ['public', 12.1, true],
    ['public', 13.9, true],
    ['public', 14.1, false],
    ['confidential', 14, false],
    ['confidential', 700, false],
    ['confidential', 701, true],
    ['confidential', 730, true],
    ['confidential', 731, false],
  ])('is given to a session of a %s client %d days after its grant: %s', async (client, days, isWarned) => {
    const row = sessionOf(client === 'public' ? null : 'kid', days);
    await broker().database.insertInto('oauth_session').values(row).execute();
    expect(await run()).toBe(isWarned ? 1 : 0);
    const endsAt = new Date(Date.parse(row.granted_at) + (client === 'public' ? 14 : 730.5) * DAY_MS);
    const warning = { level: 'warn', did: row.did, sessionId: row.id, endsAt: endsAt.toISOString() };
    expect(warnings()).toEqual(isWarned ? [expect.objectContaining(warning)] : []);
  });

  it('changes nothing about the session, and leaves out ended ones', async () => {
    const rows = [sessionOf(null, 13), sessionOf(null, 13, { status: 'needs_reauth' })];
    await broker().database.insertInto('oauth_session').values(rows).execute();
    const before = await broker().database.selectFrom('oauth_session').selectAll().orderBy('id').execute();
    expect(await run()).toBe(1);
    expect(warnings().map(({ sessionId }) => sessionId)).toEqual([rows[0]?.id]);
    const after = await broker().database.selectFrom('oauth_session').selectAll().orderBy('id').execute();
    expect(after).toEqual(before);
  });

  it('comes once a day for each of many sessions, even if several processes run it often', async () => {
    const rows = Array.from({ length: 1_001 }, () => sessionOf(null, 13));
    for (let start = 0; start < rows.length; start += 50)
      await broker()
        .database.insertInto('oauth_session')
        .values(rows.slice(start, start + 50))
        .execute();
    const counts = await Promise.all([run(), run(), run()]);
    expect(counts.sort((a, b) => a - b)).toEqual([0, 0, 1_001]);
    expect(new Set(warnings().map(({ sessionId }) => sessionId)).size).toBe(1_001);
    expect(await run()).toBe(0);
    await letDayPass(broker());
    expect(await run()).toBe(1_001);
  });
}

function sessionOf(kid: string | null, days: number, change: object = {}) {
  const granted_at = toTimestamp(new Date(Date.now() - days * DAY_MS));
  return { ...oauthSessionRow({ kid, ...change }), granted_at };
}

async function letDayPass({ database }: TestBroker): Promise<void> {
  const days = database.updateTable('lease').set({ until: database.now(-1) });
  await days.where('name', '=', 'ending-soon').execute();
}
