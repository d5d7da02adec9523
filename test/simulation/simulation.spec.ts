import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { isRequested } from '../database/dialects.ts';
import { Child } from '../network/child.ts';

const loader = fileURLToPath(new URL('../../tools/loader/run.ts', import.meta.url));
const program = fileURLToPath(new URL('main.ts', import.meta.url));

const SECONDS = Number(process.env.SIMULATION_SECONDS ?? (process.env.TEST_LONG ? 3_600 : 60));
/** The short run is always the same one. The long one is new each time, and prints its seed. */
const SEED = process.env.TEST_SEED ?? (process.env.TEST_LONG ? String(randomInt(1_000_000)) : '51');
const LIMIT_MS = (SECONDS + 600) * 1_000;

/** The old faults that are brought back, and what is then found. */
const mutants = [
  ['one file ends the start', 'start failed'],
  ['storing waits for an issuer', 'start too slow'],
  ['odd answers are thrown away', 'access lost'],
  ['revoked on doubt', 'live grant revoked'],
  ['the list is left with a full spool', '(given up too soon|access lost|token sent twice)'],
  ['an owner is given up blindly', '(given up too soon|access lost|token sent twice)'],
  ['every clock is believed', 'live grant revoked'],
  ['the spool is not proved', 'trouble unnoticed'],
  ['every row is believed', 'spent token sent'],
] as const;

const MUTANT_SEED = process.env.TEST_LONG ? SEED : '1';

it('runs one seed alike, byte for byte of its trace', async () => {
  const args = ['--seed', 'alike', '--world', '0', '--steps-per-world', '2000', '--whole'];
  const [first, second] = await Promise.all([simulate(args), simulate(args)]);
  const traceOf = (lines: readonly string[]): string => lines.find(line => line.startsWith('trace ')) ?? '';
  expect(traceOf(first.lines)).toMatch(/^trace [0-9a-f]{64}$/);
  expect(traceOf(second.lines)).toBe(traceOf(first.lines));
});

describe('a world in trouble', () => {
  it.each([
    { store: 'sqlite' as const, name: 'sqlite', share: 0.55, options: [] },
    {
      store: 'sqlite' as const,
      name: 'sqlite, where old faults would do harm',
      share: 0.2,
      options: ['--focus', 'all'],
    },
    { store: 'postgres' as const, name: 'postgres', share: 0.25, options: ['--postgres'] },
  ])(
    'breaks no promise on $name',
    async ({ store, share, options }) => {
      if (!isRequested(store)) return;
      const seconds = Math.ceil(SECONDS * share);
      const { code, lines } = await simulate(['--seed', SEED, '--seconds', `${seconds}`, ...options]);
      process.stdout.write(`${lines.slice(0, 3).join('\n')}\n`);
      if (code !== 0) throw new Error(lines.join('\n'));
      // A world where nobody can sign in breaks no promise either.
      expect(lines).toContainEqual(expect.stringMatching(/ refresh now$/));
    },
    LIMIT_MS,
  );
});

it.each(mutants)(
  'finds an old fault: %s',
  async (mutant, violation) => {
    const args = ['--seed', MUTANT_SEED, '--seconds', '60', '--mutant', mutant, '--whole'];
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
