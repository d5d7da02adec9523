import { setTimeout as sleep } from 'node:timers/promises';
import type { Started } from '../../../test/network/started.ts';
import { toNumber, toTable } from '../../table.ts';
import { largestPeak, refreshDue, settingsOnPostgres, startBrokers } from './deployment.ts';
import { startFakeIssuer } from './fake-issuer.ts';
import { type Progress, type StoredSessions, storeSessions } from './stored-sessions.ts';

const lookPauseMs = 250;
const patienceMs = 60_000;

/** Lets many sessions of one issuer fall due at once at several brokers on one Postgres; returns a table. */
export async function benchVolume(
  { sessions: count, instances }: { sessions: number; instances: number },
  started: Started,
): Promise<string> {
  const issuer = await started.start(startFakeIssuer);
  const settings = await settingsOnPostgres(instances, issuer.url, started);
  const [first = {}] = settings;
  const sessions = await started.start(() => storeSessions(first, issuer.url, count));
  const brokers = await startBrokers(settings, started);
  const idleMemory = await largestPeak(brokers);
  await sessions.makeDue();
  const began = performance.now();
  const runs = Promise.all(brokers.map(broker => refreshDue(broker, first.LATCHKEY_ADMIN_TOKEN)));
  const { refreshed, lost } = await untilAllRefreshed(sessions, count);
  const seconds = (performance.now() - began) / 1000;
  await runs;
  const report = await issuer.report();
  return toTable(
    ['sessions due at once', toNumber(count)],
    [
      ['brokers on one Postgres', instances],
      ['refreshed', toNumber(refreshed)],
      ['not refreshed', toNumber(count - refreshed)],
      ['seconds', toNumber(seconds, 1)],
      ['refreshed per second', toNumber(refreshed / seconds)],
      ['peak memory of the largest broker, MiB', toNumber(await largestPeak(brokers))],
      ['its peak before, MiB', toNumber(idleMemory)],
      ['largest burst at the issuer, token requests at a time', report.largestBurst],
      [
        'token requests per refresh, those for a nonce included',
        toNumber(report.tokenRequests / refreshed, 3),
      ],
      ['refresh tokens sent twice', report.doubleRefreshes],
      ['sessions lost', lost + report.ended],
    ],
  );
}

/** Waits for the last session; gives up when for a minute none was refreshed. */
async function untilAllRefreshed(sessions: StoredSessions, count: number): Promise<Progress> {
  let progress = await sessions.progress();
  for (let waited = 0; progress.refreshed < count && waited < patienceMs; waited += lookPauseMs) {
    await sleep(lookPauseMs);
    const now = await sessions.progress();
    if (now.refreshed > progress.refreshed) waited = 0;
    progress = now;
  }
  return progress;
}
