import type { Started } from '../../../test/network/started.ts';
import { medianOf } from '../../median.ts';
import { residentMemoryOf } from '../../process-usage.ts';
import { toNumber, toTable } from '../../table.ts';
import type { Contender } from '../contenders/contender.ts';
import { startLatchkey } from '../contenders/latchkey.ts';
import { type LoadGenerator, startLoadGenerator } from '../load/load-generator.ts';
import { startStubPds, type StubPds } from '../pds/stub-pds.ts';
import { takeTurn, type Turn } from '../throughput/turn.ts';

/** As at a PDS. */
const nonceMs = 60_000;
const few = 1_000;

/** The default size of the broker's session cache. */
const cachedByDefault = 10_000;

/** With this many random calls per session, nearly every session is called. */
const callsToMeetAll = 4;

export type SessionsOptions = { rounds: number; seconds: number; connections: number; sessions: number };

/** The broker's result of a turn. `challenges` counts repeats that the PDS required, per response. */
type SessionsTurn = Turn & { challenges: number };

/**
 * Calls a broker with few sessions, one with many, and one with many in memory, each call with another session. Returns a
 * table.
 */
export async function benchSessions(
  { rounds, sessions: many, seconds, connections }: SessionsOptions,
  started: Started,
): Promise<string> {
  const pds = await started.start(() => startStubPds({ nonceMs }));
  const generator = await started.start(startLoadGenerator);
  const turns = new Map<Contender, SessionsTurn[]>();
  const cached: number[] = [];
  for (const kept of [
    { sessions: few, cached: cachedByDefault },
    { sessions: many, cached: cachedByDefault },
    { sessions: many, cached: many },
  ]) {
    turns.set(await started.start(() => startLatchkey(pds.url, kept)), []);
    cached.push(kept.cached);
  }
  const memoryBefore = await memoriesOf(turns.keys());
  for (const broker of turns.keys()) await meetAll(broker, generator, connections);
  for (let round = 0; round < rounds; round++) {
    for (const [broker, ofBroker] of turns) {
      ofBroker.push(await takeSessionsTurn(broker, generator, pds, { seconds, connections }));
    }
  }
  const memoryAfter = await memoriesOf(turns.keys());
  const [baselines = []] = turns.values();
  const rows = [...turns].map(([{ cookies }, ofBroker], at) => [
    toNumber(cookies.length),
    toNumber(cached[at] ?? Number.NaN),
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
      'kept in memory at most',
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

/** The first call of a session is not measured: it stores the session's use, which happens every ten minutes. */
async function meetAll(broker: Contender, generator: LoadGenerator, connections: number): Promise<void> {
  for (let calls = 0; calls < callsToMeetAll * broker.cookies.length;) {
    const { answered } = await takeTurn(broker, generator, { connections, seconds: 10 });
    calls += answered;
  }
}

function memoriesOf(brokers: Iterable<Contender>): Promise<number[]> {
  return Promise.all([...brokers].map(({ pid }) => residentMemoryOf(pid)));
}
