import { didOf, firstRefreshTokenOf } from '../../test/network/fake-accounts.ts';
import type { Started } from '../../test/network/started.ts';
import { medianOf } from '../median.ts';
import { cpuTimeOf } from '../process-usage.ts';
import { toNumber, toTable } from '../table.ts';
import { AppSession } from './app-session.ts';
import { jwksUrlOf, startBenchBroker } from './bench-broker.ts';
import { type Client, direct, throughBroker } from './client.ts';
import { DIRECT_CLIENT_ID, DIRECT_REDIRECT_URI, serveDirectDocuments } from './direct-documents.ts';
import type { Options } from './options.ts';
import { startBenchIssuer } from './strict-issuer.ts';

/** Simultaneous sessions. Each does one refresh after another. */
const lanes = 16;

type Work = (session: AppSession, spentToken: string) => Promise<void>;

type Contender = {
  name: string;
  pid: number | undefined;
  sessions: { session: AppSession; spentToken: string }[];
  work: Work;
  perSecond: number[];
  cpu: number[];
};

/** Measures refreshes and repeats per second through a broker and directly at the issuer, in turns. */
export async function benchThroughput({ rounds, seconds }: Options, started: Started): Promise<string> {
  const documents = await serveDirectDocuments(started);
  const nowhere = 'http://127.0.0.1:9';
  const brokers = [
    { title: 'Latchkey on SQLite', ...(await startBenchBroker('sqlite', nowhere, started)) },
    { title: 'Latchkey on Postgres', ...(await startBenchBroker('postgres', nowhere, started)) },
  ];
  const addresses: Record<string, string> = { [DIRECT_CLIENT_ID]: `${documents.url}/jwks.json` };
  for (const { clientId, broker } of brokers) addresses[clientId] = jwksUrlOf(broker);
  const issuer = await startBenchIssuer(addresses, started);
  const at = { issuer: issuer.url, endpoints: issuer.endpoints };
  const own = { clientId: DIRECT_CLIENT_ID, redirectUri: DIRECT_REDIRECT_URI };
  const accounts = Array.from({ length: 1_000 }, (_, account) => account).values();
  const contend = async (
    name: string,
    client: Client,
    pid: number | undefined,
    work: Work,
  ): Promise<Contender> => {
    const sessions = await Promise.all(
      Array.from({ length: lanes }, async () => {
        const spentToken = firstRefreshTokenOf(didOf(accounts.next().value ?? 0));
        const session = new AppSession(client, spentToken);
        await session.refresh();
        return { session, spentToken };
      }),
    );
    return { name, pid, sessions, work, perSecond: [], cpu: [] };
  };
  const contenders = [
    await contend(
      'bare loop',
      direct(documents.key, { name: 'bare loop', ...at, ...own }),
      undefined,
      refresh,
    ),
  ];
  for (const { title, broker, clientId, redirectUri, keyId } of brokers) {
    const client = throughBroker(broker.url, { name: title, ...at, clientId, redirectUri, keyId });
    contenders.push(await contend(title, client, broker.pid, refresh));
    contenders.push(await contend(`${title}, repeats`, client, broker.pid, repeat));
  }
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) await takeTurn(contender, seconds * 1000);
  const { doubleRefreshes, ended } = await issuer.report();
  return `${toThroughputTable(contenders)}\n\nRefresh tokens sent twice: ${doubleRefreshes}; sessions lost: ${ended}.`;
}

const refresh: Work = session => session.refresh();
const repeat: Work = (session, spentToken) => session.repeat(spentToken);

async function takeTurn(
  { pid, sessions, work, perSecond, cpu }: Contender,
  milliseconds: number,
): Promise<void> {
  const cpuBefore = pid === undefined ? 0 : await cpuTimeOf(pid);
  const startedAt = performance.now();
  const counts = await Promise.all(
    sessions.map(async ({ session, spentToken }) => {
      let count = 0;
      for (; performance.now() - startedAt < milliseconds; count++) await work(session, spentToken);
      return count;
    }),
  );
  const count = counts.reduce((sum, each) => sum + each, 0);
  perSecond.push((count * 1000) / (performance.now() - startedAt));
  if (pid !== undefined) cpu.push(((await cpuTimeOf(pid)) - cpuBefore) / count);
}

/** A ratio is the median of the ratios within each round. */
function toThroughputTable(contenders: readonly Contender[]): string {
  const [base] = contenders;
  const rows = contenders.map(({ name, perSecond, cpu }) => [
    name,
    toNumber(medianOf(perSecond)),
    toNumber(medianOf(perSecond.map((count, round) => count / (base?.perSecond[round] ?? Number.NaN))), 2),
    cpu.length === 0 ? '–' : toNumber(medianOf(cpu) / 1000, 2),
  ]);
  return toTable(['refreshes', 'per second', 'to bare loop', 'CPU of the broker, ms each'], rows);
}
