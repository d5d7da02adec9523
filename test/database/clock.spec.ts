import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../src/database/connection/database.ts';
import { describeDialects } from './dialects.ts';

async function read(database: Database, offsetSeconds?: number): Promise<string> {
  const { rows } = await sql<{ time: string }>`select ${database.now(offsetSeconds)} as time`.execute(
    database,
  );
  return rows[0]?.time ?? '';
}

describeDialects("the database's clock", open => {
  it('has the shape of Date.toISOString()', async () => {
    const time = await read(await open());
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(new Date(time).toISOString()).toBe(time);
  });

  it('returns the current time in UTC', async () => {
    const database = await open();
    const before = Date.now();
    const time = Date.parse(await read(database));
    // The machine's clock, with truncated or rounded milliseconds.
    expect(time).toBeGreaterThanOrEqual(before - 1);
    expect(time).toBeLessThanOrEqual(Date.now() + 1);
  });

  it.each([90, -3600, 0.25, 86_400 * 400])('returns a time %d seconds away', async offset => {
    const database = await open();
    const { rows } = await sql<{ now: string; moved: string }>`
      select ${database.now()} as now, ${database.now(offset)} as moved`.execute(database);
    const [row] = rows;
    expect(Date.parse(row?.moved ?? '') - Date.parse(row?.now ?? '')).toBe(offset * 1000);
  });

  it('works in every clause', async () => {
    const database = await open();
    await database
      .insertInto('lease')
      .values({ name: 'a', owner: 'o', until: database.now(-1) })
      .execute();
    const past = database.selectFrom('lease').select('name').where('until', '<', database.now());
    expect(await past.execute()).toHaveLength(1);
    await database
      .updateTable('lease')
      .set({ until: database.now(60) })
      .execute();
    expect(await past.execute()).toHaveLength(0);
    const { time } = await database
      .selectFrom('lease')
      .select(database.now().as('time'))
      .executeTakeFirstOrThrow();
    expect(time).toHaveLength(24);
  });

  it('moves on between the statements of a transaction', async () => {
    const database = await open();
    const [first, second] = await database.transaction().execute(async trx => {
      const select = trx.selectNoFrom(database.now().as('time'));
      const early = await select.executeTakeFirstOrThrow();
      await new Promise(resolve => setTimeout(resolve, 20));
      return [early.time, (await select.executeTakeFirstOrThrow()).time];
    });
    expect(Date.parse(second) - Date.parse(first)).toBeGreaterThanOrEqual(19);
  });
});
