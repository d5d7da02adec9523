import type { Started } from '../../../test/network/started.ts';
import { medianOf } from '../../median.ts';
import { residentMemoryOf } from '../../process-usage.ts';
import { toNumber, toTable } from '../../table.ts';
import type { Contender } from '../contenders/contender.ts';
import { startLatchkey } from '../contenders/latchkey.ts';
import { type LoadGenerator, startLoadGenerator } from '../load/load-generator.ts';
import { startStubPds, type StubPds } from '../pds/stub-pds.ts';
import { takeTurn, type Turn } from '../throughput/turn.ts';

/** As a PDS does it. */
const nonceMs = 60_000;
const few = 1_000;

export type SessionsOptions = { rounds: number; seconds: number; connections: number; sessions: number };

/** What the broker did in a turn; `challenges` are the requests that the PDS wanted repeated, per answer. */
type SessionsTurn = Turn & { challenges: number };

/** Calls a broker with few sessions and one with many, each call with another one; returns a table. */
export async function benchSessions(
  { rounds, sessions: many, seconds, connections }: SessionsOptions,
  started: Started,
): Promise<string> {
  const pds = await started.start(() => startStubPds({ nonceMs }));
  const generator = await started.start(startLoadGenerator);
  const turns = new Map<Contender, SessionsTurn[]>();
  for (const sessions of [few, many]) {
    turns.set(await started.start(() => startLatchkey(pds.url, { sessions })), []);
  }
  const memoryBefore = await memoriesOf(turns.keys());
  for (let round = -1; round < rounds; round++) {
    for (const [broker, ofBroker] of turns) {
      const measured = await takeSessionsTurn(broker, generator, pds, { seconds, connections });
      if (round >= 0) ofBroker.push(measured);
    }
  }
  const memoryAfter = await memoriesOf(turns.keys());
  const [baselines = []] = turns.values();
  const rows = [...turns].map(([{ cookies }, ofBroker], at) => [
    toNumber(cookies.length),
    toNumber(medianOf(ofBroker.map(({ perSecond }) => perSecond))),
    toNumber(
      medianOf(
        ofBroker.map(({ perSecond }, round) => perSecond / (baselines[round]?.perSecond ?? Number.NaN)),
      ),
      2,
    ),
    toNumber(medianOf(ofBroker.map(({ p99 }) => p99)), 1),
    toNumber(medianOf(ofBroker.map(({ cpu }) => cpu))),
    toNumber(medianOf(ofBroker.map(({ challenges }) => challenges)), 2),
    toNumber(memoryBefore[at] ?? Number.NaN),
    toNumber(memoryAfter[at] ?? Number.NaN),
  ]);
  return toTable(
    [
      'sessions, called at random',
      'requests/s',
      'ratio',
      'p99, ms',
      'CPU per request, µs',
      'nonces refused per request',
      'memory before, MiB',
      'memory after, MiB',
    ],
    rows,
  );
}

async function takeSessionsTurn(
  broker: Contender,
  generator: LoadGenerator,
  pds: StubPds,
  turn: { connections: number; seconds: number },
): Promise<SessionsTurn> {
  const before = await pds.report();
  const measured = await takeTurn(broker, generator, turn);
  const after = await pds.report();
  const challenged = after.challenged - before.challenged;
  return { ...measured, challenges: challenged / (after.proved - before.proved) };
}

function memoriesOf(brokers: Iterable<Contender>): Promise<number[]> {
  return Promise.all([...brokers].map(({ pid }) => residentMemoryOf(pid)));
}
