import { medianOf } from '../median.ts';
import { toNumber, toTable } from '../table.ts';
import { type Contender, queryPath } from '../proxy/contenders/contender.ts';
import type { LoadGenerator } from '../proxy/load/load-generator.ts';
import { takeTurn, type Turn } from '../proxy/throughput/turn.ts';
import type { Options } from './options.ts';

const calls = {
  'proxied queries': { path: queryPath },
  'kept service tokens': {
    path: '/api/service-tokens',
    body: JSON.stringify({
      aud: 'did:web:registry.example.com#registry',
      lxm: 'com.example.registry.push',
      expiresIn: 3_600,
    }),
  },
} as const;

/** Compares the rate of cached tokens with the proxy rate of the same broker. Returns a table. */
export async function benchKeptTokens(
  latchkey: Contender,
  generator: LoadGenerator,
  { rounds, seconds, connections }: Options,
): Promise<string> {
  const turns = new Map<string, Turn[]>(Object.keys(calls).map(name => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Alternates the order, so that a machine that gets busier does not always hit the same one.
    const order = round % 2 === 0 ? Object.entries(calls) : Object.entries(calls).toReversed();
    for (const [name, call] of order)
      turns.get(name)?.push(await takeTurn(latchkey, generator, { seconds, connections, call }));
  }
  const ceiling = turns.get('proxied queries') ?? [];
  const rows = [...turns].map(([name, taken]) => [
    name,
    ...figures.map(([, figure, decimals]) => toNumber(medianOf(taken.map(figure)), decimals)),
    toNumber(medianOf(taken.map((turn, at) => turn.perSecond / (ceiling[at]?.perSecond ?? Number.NaN))), 2),
  ]);
  return toTable(
    [
      `${latchkey.name}, ${connections} connections`,
      ...figures.map(([title]) => title),
      'to proxied queries',
    ],
    rows,
  );
}

const figures: readonly (readonly [string, (turn: Turn) => number, number])[] = [
  ['requests/s', turn => turn.perSecond, 0],
  ['p50, ms', turn => turn.p50, 1],
  ['p99, ms', turn => turn.p99, 1],
  ['CPU per request, µs', turn => turn.cpu, 0],
];
