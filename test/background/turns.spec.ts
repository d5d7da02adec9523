import { expect, it } from '@jest/globals';
import { ExpiredRowRepository } from '../../src/background/sweeps/expired-row.repository.ts';
import { Sweeper } from '../../src/background/sweeps/sweeper.service.ts';
import type { Sweep } from '../../src/background/sweeps/sweeps.service.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { LeaseRepository } from '../../src/leases/lease.repository.ts';
import { Leases } from '../../src/leases/leases.service.ts';
import { Metrics } from '../../src/observability/metrics/metrics.ts';
import { describeDialects } from '../database/dialects.ts';
import { createQuietLog } from '../database/quiet-log.ts';
import { tempTokenRow } from '../database/rows.ts';
import { byLabel, readSamples } from '../observability/exposition.ts';

const BATCH = 100;

/** A process that sweeps a database which others sweep too. */
class Process {
  private readonly log = createQuietLog();
  private readonly metrics = new Metrics(this.log);
  private readonly sweeps: Sweep[] = [];
  readonly leases: Leases;

  constructor(database: Database) {
    this.leases = new Leases(new LeaseRepository(database), this.log);
  }

  get sweeper(): Sweeper {
    return new Sweeper({ list: this.sweeps }, this.leases, this.metrics, this.log);
  }

  register(name: string, sweepBatch: Sweep['sweepBatch'], batch = BATCH): void {
    this.sweeps.push({ name, batch, sweepBatch });
  }

  async counted(metric: 'swept_rows' | 'sweep_failures'): Promise<Record<string, number>> {
    return byLabel(readSamples(await this.metrics.text()), `latchkey_${metric}_total`);
  }
}

describeDialects('a swept table', open => {
  it('is swept by one of two processes at a time, in batches, and loses only expired rows', async () => {
    const database = await open();
    const expired = new ExpiredRowRepository(database);
    await insertTokens(database, 2_050, database.now(-1));
    const live = await insertTokens(database, 3, database.now(3600));
    const batches: number[] = [];
    let atOnce = 0;
    const processes = [new Process(database), new Process(database)];
    for (const process of processes)
      process.register('temp_token', async limit => {
        expect(++atOnce).toBe(1);
        const swept = await expired.sweep('temp_token', limit, new Date());
        atOnce--;
        batches.push(swept);
        return swept;
      });
    await Promise.all(processes.map(({ sweeper }) => sweeper.run()));
    expect(Math.max(...batches)).toBe(BATCH);
    expect(batches.reduce((sum, rows) => sum + rows)).toBe(2_050);
    const counted = await Promise.all(processes.map(process => process.counted('swept_rows')));
    expect(counted.reduce((sum, { temp_token = 0 }) => sum + temp_token, 0)).toBe(2_050);
    const left = await database.selectFrom('temp_token').select('id').orderBy('id').execute();
    expect(left.map(({ id }) => id)).toEqual(live);
  });

  it('yields to other work between two batches', async () => {
    const database = await open();
    const expired = new ExpiredRowRepository(database);
    await insertTokens(database, 5 * BATCH, database.now(-1));
    let turns = 0;
    const turn = (): void => {
      turns++;
      ticking = setImmediate(turn);
    };
    let ticking = setImmediate(turn);
    const turnsAtBatches: number[] = [];
    const process = new Process(database);
    process.register('temp_token', async limit => {
      turnsAtBatches.push(turns);
      return expired.sweep('temp_token', limit, new Date());
    });
    await process.sweeper.run();
    clearImmediate(ticking);
    expect(turnsAtBatches).toHaveLength(6);
    expect(new Set(turnsAtBatches).size).toBe(6);
  });

  it('gets its turn beside an endless table', async () => {
    const process = new Process(await open());
    let isSwept = false;
    process.register('endless', limit => Promise.resolve(isSwept ? 0 : limit));
    process.register('other', () => {
      isSwept = true;
      return Promise.resolve(1);
    });
    await process.sweeper.run();
    const { endless = 0, other } = await process.counted('swept_rows');
    expect([endless > BATCH, other]).toEqual([true, 1]);
  });

  it('is swept even if another table fails, and failures are counted', async () => {
    const database = await open();
    const [process, another] = [new Process(database), new Process(database)];
    process.register('broken', () => Promise.reject(new Error('out of order')));
    process.register('taken', () => Promise.resolve(1));
    process.register('sound', () => Promise.resolve(1));
    const ended = Promise.withResolvers<undefined>();
    const holding = another.leases.withLease('sweep-taken', () => ended.promise, { seconds: 60 });
    await process.sweeper.run();
    ended.resolve(undefined);
    await holding;
    expect(await process.counted('sweep_failures')).toEqual({ broken: 1, taken: 0, sound: 0 });
    expect(await process.counted('swept_rows')).toEqual({ broken: 0, taken: 0, sound: 1 });
  });

  it('is not swept further during shutdown', async () => {
    const process = new Process(await open());
    const ending = new AbortController();
    process.register('endless', limit => {
      ending.abort();
      return Promise.resolve(limit);
    });
    await process.sweeper.run(ending.signal);
    expect(await process.counted('swept_rows')).toEqual({ endless: BATCH });
  });
});

async function insertTokens(
  database: Database,
  count: number,
  expires_at: ReturnType<Database['now']>,
): Promise<string[]> {
  const rows = Array.from({ length: count }, () => tempTokenRow());
  for (let start = 0; start < count; start += 200)
    await database
      .insertInto('temp_token')
      .values(rows.slice(start, start + 200).map(row => ({ ...row, expires_at })))
      .execute();
  return rows.map(({ id }) => id).sort();
}
