import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { Child } from '../network/child.ts';

const loader = fileURLToPath(new URL('../../tools/loader/run.ts', import.meta.url));
const program = fileURLToPath(new URL('main.ts', import.meta.url));

it('runs one seed alike, byte for byte of its trace', async () => {
  const args = ['--seed', 'alike', '--world', '0', '--steps-per-world', '2000', '--whole'];
  const [first, second] = await Promise.all([simulate(args), simulate(args)]);
  const traceOf = (lines: readonly string[]): string => lines.find(line => line.startsWith('trace ')) ?? '';
  expect(traceOf(first)).toMatch(/^trace [0-9a-f]{64}$/);
  expect(traceOf(second)).toBe(traceOf(first));
});

/** Runs the simulation in a process of its own, as it replaces the clocks of its process. Returns its output. */
async function simulate(args: readonly string[]): Promise<string[]> {
  const child = new Child([loader, program, ...args], {});
  await child.exited;
  return child.lines;
}
