import { expect, it } from '@jest/globals';
import { DueSessionRepository } from '../../src/background/refresh/due-session.repository.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { describeDialects } from '../database/dialects.ts';
import { oauthSessionRow } from '../database/rows.ts';
import { asId } from '../ids.ts';

const past = '2020-01-01T00:00:00.000Z';

describeDialects('claiming due sessions', open => {
  it('claims no more than the limit, and none twice, for simultaneous callers', async () => {
    const database = await open();
    const ids = await storeDue(database, 150);
    const due = new DueSessionRepository(database);
    const sides = Array.from({ length: 10 }, () => due.claim(10, { withinSeconds: 0, after: undefined }));
    const batches = await Promise.all(sides);
    for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(10);
    let claimed = batches.flat().map(({ id }) => id);
    for (let more = 1; more > 0;) {
      const batch = await due.claim(40, { withinSeconds: 0, after: undefined });
      expect(batch.length).toBeLessThanOrEqual(40);
      claimed = [...claimed, ...batch.map(({ id }) => id)];
      more = batch.length;
    }
    expect(claimed.sort()).toEqual(ids.sort());
  });

  it('starts with those that are due longest', async () => {
    const database = await open();
    const [young = '', old = ''] = await storeDue(database, 2);
    const older = database.updateTable('oauth_session').set({ next_refresh_at: '2019-01-01T00:00:00.000Z' });
    await older.where('id', '=', asId(old)).execute();
    const due = new DueSessionRepository(database);
    const claim = async (): Promise<(string | undefined)[]> =>
      (await due.claim(1, { withinSeconds: 0, after: undefined })).map(({ id }) => id);
    expect([await claim(), await claim(), await claim()]).toEqual([[old], [young], []]);
  });

  it('claims only active ones', async () => {
    const database = await open();
    await storeDue(database, 1);
    await database.updateTable('oauth_session').set({ status: 'needs_reauth' }).execute();
    const due = new DueSessionRepository(database);
    expect(await due.claim(10, { withinSeconds: 3600, after: asId('') })).toEqual([]);
  });
});

async function storeDue(database: Database, count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, () => oauthSessionRow({ next_refresh_at: past }));
  await database.insertInto('oauth_session').values(rows).execute();
  return rows.map(({ id }) => id);
}
