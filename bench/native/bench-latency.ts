import { startNetwork } from '../../test/network/network.ts';
import type { Started } from '../../test/network/started.ts';
import { toNumber, toTable } from '../table.ts';
import { AppSession } from './app-session.ts';
import { startBenchBroker } from './bench-broker.ts';
import { type Client, direct, throughBroker } from './client.ts';
import {
  DIRECT_CLIENT_ID,
  DIRECT_ORIGIN,
  DIRECT_REDIRECT_URI,
  serveDirectDocuments,
} from './direct-documents.ts';
import type { Options } from './options.ts';

/** Refreshes for the warm-up. */
const warmUp = 20;

type Measured = { client: Client; session: AppSession; times: number[] };

/** Measures the added latency of a refresh through a broker, one at a time, in turns, at a real PDS. */
export async function benchLatency({ refreshes }: Options, started: Started): Promise<string> {
  const network = await started.start(() => startNetwork());
  const [alice] = network.accounts;
  if (!alice) throw new Error('the network has no account');
  const issuer = network.pds;
  const endpoints = { par: new URL('/oauth/par', issuer), token: new URL('/oauth/token', issuer) };
  const documents = await serveDirectDocuments(started);
  await network.mapClientOrigin(DIRECT_ORIGIN, documents.url);
  const own = { clientId: DIRECT_CLIENT_ID, redirectUri: DIRECT_REDIRECT_URI };
  const measured: Measured[] = [];
  const add = async (client: Client): Promise<void> => {
    measured.push({ client, session: await AppSession.login(client, alice), times: [] });
  };
  await add(direct(documents.key, { name: 'the PDS itself', issuer, endpoints, ...own }));
  for (const [database, title] of [
    ['sqlite', 'Latchkey on SQLite'],
    ['postgres', 'Latchkey on Postgres'],
  ] as const) {
    const { broker, publicUrl, clientId, redirectUri } = await startBenchBroker(database, issuer, started);
    await network.mapClientOrigin(publicUrl, broker.url);
    await add(throughBroker(broker.url, { name: title, issuer, endpoints, clientId, redirectUri }));
  }
  await measureAll(measured, refreshes);
  return toLatencyTable(measured);
}

async function measureAll(measured: readonly Measured[], refreshes: number): Promise<void> {
  for (let round = -warmUp; round < refreshes; round++)
    for (const { session, times } of measured) {
      const startedAt = performance.now();
      await session.refresh();
      if (round >= 0) times.push(performance.now() - startedAt);
    }
}

function toLatencyTable(measured: readonly Measured[]): string {
  const [base] = measured;
  const rows = measured.map(({ client, times }) => [
    client.name,
    toNumber(percentile(times, 0.5), 1),
    toNumber(percentile(times, 0.99), 1),
    toNumber(percentile(times, 0.5) - percentile(base?.times ?? [], 0.5), 1),
    toNumber(percentile(times, 0.5) / percentile(base?.times ?? [], 0.5), 2),
  ]);
  return toTable(['a refresh, asked of', 'p50, ms', 'p99, ms', 'added at p50, ms', 'p50, ratio'], rows);
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
