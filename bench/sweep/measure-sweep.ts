import { startBroker } from '../../test/network/broker-process.ts';
import { Started } from '../../test/network/started.ts';
import type { Load, LoadResult } from '../proxy/load/load.ts';
import type { LoadGenerator } from '../proxy/load/load-generator.ts';
import { settingsOfOne } from '../settings-of-one.ts';
import type { DatabaseName } from './options.ts';
import { countTempTokens, storeTempTokens } from './stored-tokens.ts';
import { countSwept, SweepWatch, untilSwept } from './sweep-watch.ts';

const connections = 32;

/** Longer than the burst after which at most ten refusals a second are audited. */
const warmUpSeconds = 6;

/** A broker sweeps every minute, give or take a fifth. */
const patienceMs = 80_000;

/** A deployment never has this many rows. */
const longestSweepSeconds = 60 * 60;

/** Unused, because the bench has no accounts. */
const nowhere = 'http://127.0.0.1:9';

export type SweepOptions = { rows: number; rate: number; seconds: number };

export type SweepRun = {
  database: DatabaseName;
  /** Validation before, during and after the sweep. */
  before: LoadResult;
  during: LoadResult;
  after: LoadResult;
  rowsPerSecond: number;
  failedSweeps: number;
  left: { expired: number; live: number };
};

/** Makes a broker sweep expired temp tokens while it validates others at a constant rate. */
export async function measureSweep(
  database: DatabaseName,
  { rows, rate, seconds }: SweepOptions,
  generator: LoadGenerator,
): Promise<SweepRun> {
  const parts = new Started();
  try {
    const settings = await settingsOfOne(database, nowhere, parts);
    const { LATCHKEY_ADMIN_TOKEN: adminToken = '' } = settings;
    const tokens = await storeTempTokens(settings, rows);
    const watch = new SweepWatch();
    const onLine = (line: string): void => {
      watch.read(line);
    };
    const broker = await parts.start(() => startBroker(settings, onLine));
    const load = validationsOf(tokens, broker.url, rate);
    await generator.run({ ...load, seconds: warmUpSeconds });
    const before = await generator.run({ ...load, seconds });
    if ((await countSwept(broker.url, adminToken)).rows > 0) throw new Error('the sweep began too early');
    const begun = await untilSwept(broker.url, adminToken, patienceMs);
    const during = await generator.run({ ...load, seconds: longestSweepSeconds }, watch.over);
    const after = await generator.run({ ...load, seconds });
    const swept = await countSwept(broker.url, adminToken);
    await broker.stop();
    const rowsPerSecond = (1000 * (swept.rows - begun.rows)) / (watch.overAt - begun.at);
    const left = await countTempTokens(settings);
    return { database, before, during, after, rowsPerSecond, failedSweeps: swept.failures, left };
  } finally {
    await parts.stop();
  }
}

/** Live tokens of an undeclared scope. Each is found and its row's MAC verified, then it is refused. */
function validationsOf(tokens: readonly string[], url: string, rate: number): Omit<Load, 'seconds'> {
  const credentials = tokens.map(token => `authorization: Bearer ${token}`);
  return { url: new URL('/api/me', url).href, headers: {}, credentials, connections, rate, status: '401' };
}
