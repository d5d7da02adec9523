import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../src/database/connection/database.ts';
import type { Started } from '../../../test/network/started.ts';
import { measureBareLoop } from './bare-loop.ts';
import { consumptionOf, refreshDue, settingsOnPostgres, startBrokers } from './deployment.ts';
import { letFallDue, paceOf, type Progress, progressOf } from './due-times.ts';
import { startFakeIssuer } from './fake-issuer.ts';
import { storeSessions } from './stored-sessions.ts';
import { toVolumeTable, type VolumeOptions } from './volume-table.ts';

const lookPauseMs = 1_000;
const patienceMs = 60_000;

/** Simultaneous background refreshes of a broker at one issuer. */
const slotsPerIssuer = 8;

/** Makes many sessions of one issuer due at several brokers on one Postgres. Returns a table. */
export async function benchVolume(options: VolumeOptions, started: Started): Promise<string> {
  const { sessions: count, instances, window } = options;
  const barePerSecond = await measureBareLoop(instances * slotsPerIssuer);
  const issuer = await started.start(startFakeIssuer);
  const settings = await settingsOnPostgres(instances, issuer.url, started);
  const [first = {}] = settings;
  const { database } = await started.start(() => storeSessions(first, () => issuer.url, count));
  const brokers = await startBrokers(settings, started);
  const before = await consumptionOf(brokers);
  await letFallDue(database, window);
  // The brokers notice by themselves what falls due over time.
  const runs = window > 0 ? [] : brokers.map(broker => refreshDue(broker, first.LATCHKEY_ADMIN_TOKEN));
  const [progress] = await Promise.all([untilAllRefreshed(database, count), ...runs]);
  const after = await consumptionOf(brokers);
  const [pace, report] = [await paceOf(database), await issuer.report()];
  return toVolumeTable(options, { barePerSecond, before, after, progress, pace, report });
}

/** Waits for the last session. Fails after a minute without a refresh. */
async function untilAllRefreshed(database: Database, count: number): Promise<Progress> {
  let progress = await progressOf(database);
  for (let waited = 0; progress.refreshed < count && waited < patienceMs; waited += lookPauseMs) {
    await sleep(lookPauseMs);
    const now = await progressOf(database);
    if (now.refreshed > progress.refreshed) waited = 0;
    progress = now;
  }
  return progress;
}
