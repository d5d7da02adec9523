import { setTimeout as sleep } from 'node:timers/promises';
import { type BrokerSettings, startBroker } from '../../test/network/broker-process.ts';
import { Started } from '../../test/network/started.ts';
import { peakMemoryOf } from '../process-usage.ts';
import { storeSessions } from '../refresh/volume/stored-sessions.ts';
import { settingsOfOne } from '../settings-of-one.ts';
import { type Cell, toNumber, toTable } from '../table.ts';
import { type Attack, type AttackReport, startAttack } from './attack/attack.ts';
import { startHonestIssuers } from './honest/honest-issuers.ts';
import { listSessions, measureRefreshes, type Refreshes } from './honest/measure-refreshes.ts';
import type { Options } from './options.ts';

const titles = [
  'limit of logins',
  'logins begun',
  'answered 429',
  'held at most',
  'refreshes',
  'refreshed',
  'p50',
  'p99',
  'longest',
  'peak memory',
];

/** Refreshes honest sessions before and during an attack, for each limit of logins. Returns a table. */
export async function benchStrangers(options: Options, started: Started): Promise<string> {
  const rows: Cell[][] = [];
  for (const logins of options.logins) {
    // Stops the parts of a run before the next.
    const parts = await started.start(() => Promise.resolve(new Started()));
    rows.push(...(await run(options, logins, parts)));
    await parts.stop();
  }
  return toTable(titles, rows);
}

async function run(
  { origins, sessions, issuers, seconds }: Options,
  logins: Options['logins'][number],
  started: Started,
): Promise<Cell[][]> {
  const honest = await started.start(() => startHonestIssuers(issuers, sessions));
  const settings: BrokerSettings = {
    ...(await settingsOfOne('sqlite', honest.origins[0] ?? '', started)),
    ...(logins === 'off' && { LATCHKEY_LIMIT_LOGINS_PER_ADDRESS: 'off', LATCHKEY_LIMIT_LOGINS: 'off' }),
  };
  const issuerOf = (account: number): string => honest.origins[account % issuers] ?? '';
  const stored = await storeSessions(settings, issuerOf, sessions);
  await stored.stop();
  const broker = await started.start(() => startBroker(settings));
  const place = { broker, adminToken: settings.LATCHKEY_ADMIN_TOKEN ?? '' };
  const ids = await listSessions(place);
  const before = await measureRefreshes(place, ids, Math.min(seconds, 10));
  const attack = await started.start(() => startAttack(broker.url, origins));
  const watch = new AttackWatch(attack);
  attack.begin();
  const during = await measureRefreshes(place, ids, seconds);
  const [report, mostHeld] = await watch.end();
  const memory = `${toNumber(await peakMemoryOf(broker.pid ?? 0))} MiB`;
  return [
    ['no attack', 0, 0, 0, ...cellsOf(before), ''],
    [
      logins,
      ...[report.begun, report.refused, mostHeld].map(count => toNumber(count)),
      ...cellsOf(during),
      memory,
    ],
  ];
}

function cellsOf({ count, refreshed, times, failures }: Refreshes): Cell[] {
  const at = (share: number): string =>
    `${toNumber(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0)} ms`;
  const failed = [...failures].map(([failure, often]) => `, ${often} ${failure}`).join('');
  return [toNumber(count), `${toNumber((100 * refreshed) / count, 1)} %${failed}`, at(0.5), at(0.99), at(1)];
}

/** Looks every second how many requests the hostile servers hold. */
class AttackWatch {
  private isOver = false;
  private mostHeld = 0;
  private readonly last: Promise<AttackReport>;

  constructor(private readonly attack: Attack) {
    this.last = this.look();
  }

  async end(): Promise<[AttackReport, number]> {
    this.isOver = true;
    return [await this.last, this.mostHeld];
  }

  private async look(): Promise<AttackReport> {
    for (;;) {
      const report = await this.attack.report();
      this.mostHeld = Math.max(this.mostHeld, report.held);
      if (this.isOver) return report;
      await sleep(1000);
    }
  }
}
