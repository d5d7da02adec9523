import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, type BrokerSettings, startBroker } from '../../../test/network/broker-process.ts';
import { brokerSettings, makeBrokerSecrets } from '../../../test/network/broker-settings.ts';
import { freePorts } from '../../../test/network/free-ports.ts';
import { exchange } from '../../../test/network/http-exchange.ts';
import { startPostgres } from '../../../test/network/postgres.ts';
import type { Started } from '../../../test/network/started.ts';
import { cpuTimeOf, peakMemoryOf } from '../../process-usage.ts';

/** Returns the settings of brokers that share a new Postgres database. */
export async function settingsOnPostgres(
  instances: number,
  issuer: string,
  started: Started,
): Promise<BrokerSettings[]> {
  const databaseUrl = await (await started.start(startPostgres)).createDatabase();
  const spools = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  await started.start(() => Promise.resolve({ stop: () => rm(spools, { recursive: true, force: true }) }));
  const ports = await freePorts(instances);
  const publicUrl = `http://127.0.0.1:${ports[0] ?? 0}`;
  const secrets = makeBrokerSecrets();
  const network = { pds: issuer, plc: issuer, accounts: [] };
  return ports.map(port => ({
    ...brokerSettings({ network, port, databaseUrl, publicUrl }, secrets),
    LATCHKEY_SPOOL_DIR: join(spools, String(port)),
  }));
}

export async function startBrokers(settings: BrokerSettings[], started: Started): Promise<Broker[]> {
  const brokers: Broker[] = [];
  for (const each of settings) brokers.push(await started.start(() => startBroker(each)));
  return brokers;
}

/** Makes a broker refresh due sessions now, as an external cron does. */
export async function refreshDue({ url }: Broker, adminToken = ''): Promise<void> {
  const answer = await exchange(new URL('/api/sessions/refresh-due', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (!answer.ok) throw new Error(`refresh-due answered ${answer.status}: ${await answer.text()}`);
}

/** The resources that brokers have used since their start. */
export type Consumption = {
  /** The peak memory of the largest broker, and of all of them, in MiB. */
  largestMiB: number;
  totalMiB: number;
  /** The processor time of all of them. */
  processorSeconds: number;
};

export async function consumptionOf(brokers: readonly Broker[]): Promise<Consumption> {
  const pids = brokers.map(({ pid = 0 }) => pid);
  const peaks = await Promise.all(pids.map(peakMemoryOf));
  const times = await Promise.all(pids.map(cpuTimeOf));
  return { largestMiB: Math.max(...peaks), totalMiB: sum(peaks), processorSeconds: sum(times) / 1e6 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
