import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { isRequested } from '../database/dialects.ts';
import { Child } from '../network/child.ts';
import { unmended } from './unmended.ts';

const loader = fileURLToPath(new URL('../../tools/loader/run.ts', import.meta.url));
const program = fileURLToPath(new URL('main.ts', import.meta.url));

const SECONDS = Number(process.env.SIMULATION_SECONDS ?? (process.env.TEST_LONG ? 3_600 : 60));
const SEED = process.env.TEST_SEED ?? '51';
const LIMIT_MS = (SECONDS + 600) * 1_000;

/** The old faults that are brought back, and what seed 1 then finds. */
const mutants = [
  ['one file ends the start', 'start failed'],
  ['odd answers are thrown away', 'access lost'],
  ['every clock is believed', 'live grant revoked'],
] as const;

const omitted = ['--omit', Object.keys(unmended).join(',')];

it('runs one seed alike, byte for byte of its trace', async () => {
  const args = ['--seed', 'alike', '--world', '0', '--steps-per-world', '2000', '--whole'];
  const [first, second] = await Promise.all([simulate(args), simulate(args)]);
  const traceOf = (lines: readonly string[]): string => lines.find(line => line.startsWith('trace ')) ?? '';
  expect(traceOf(first.lines)).toMatch(/^trace [0-9a-f]{64}$/);
  expect(traceOf(second.lines)).toBe(traceOf(first.lines));
});

describe('a world in trouble', () => {
  it.each([
    { store: 'sqlite' as const, share: 0.75 },
    { store: 'postgres' as const, share: 0.25 },
  ])(
    'breaks no promise on $store',
    async ({ store, share }) => {
      if (!isRequested(store)) return;
      const seconds = Math.ceil(SECONDS * share);
      const where = store === 'postgres' ? ['--postgres'] : [];
      const { code, lines } = await simulate([
        '--seed',
        SEED,
        '--seconds',
        `${seconds}`,
        ...where,
        ...omitted,
      ]);
      process.stdout.write(`${lines.slice(0, 3).join('\n')}\n`);
      if (code !== 0) throw new Error(lines.join('\n'));
    },
    LIMIT_MS,
  );
});

it.each(mutants)(
  'finds an old fault: %s',
  async (mutant, violation) => {
    const args = ['--seed', '1', '--seconds', '60', '--mutant', mutant, '--whole', ...omitted];
    const { code, lines } = await simulate(args);
    const found = lines.filter(line => line.startsWith('VIOLATION'));
    expect([code, found]).toEqual([1, [expect.stringMatching(`^VIOLATION ${violation}`)]]);
  },
  LIMIT_MS,
);

/** Runs the simulation in a process of its own, as it replaces the clocks of its process. */
async function simulate(args: readonly string[]): Promise<{ code: number | null; lines: string[] }> {
  const url = process.env.TEST_POSTGRES_URL;
  const child = new Child([loader, program, ...args], {
    environment: url === undefined ? {} : { TEST_POSTGRES_URL: url },
  });
  const { code } = await child.exited;
  return { code, lines: child.lines };
}
