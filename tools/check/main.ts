// Runs every check that needs no test: as many at a time as there are cores, the longest first.
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { runStep, type Step } from './step.ts';

// Within node_modules, so that other versions of the tools begin without a cache.
const cache = 'node_modules/.cache/check';

const bin = (name: string): string => `node_modules/.bin/${name}`;

const steps: readonly Step[] = [
  {
    title: 'lint',
    program: bin('eslint'),
    args: [
      '.',
      '--max-warnings=0',
      '--cache',
      '--cache-strategy=content',
      `--cache-location=${cache}/eslint`,
    ],
  },
  { title: 'types', program: bin('tsc'), args: ['--noEmit', `--tsBuildInfoFile`, `${cache}/tsbuildinfo`] },
  { title: 'types of the client', program: bin('tsc'), args: ['-p', 'tsconfig.client.json'] },
  {
    title: 'format',
    program: bin('prettier'),
    args: ['--check', '.', '--cache', '--cache-strategy=content', `--cache-location=${cache}/prettier`],
  },
  {
    title: 'imports',
    program: bin('depcruise'),
    args: ['src', 'migrations', 'bench', 'test', 'tools', 'examples', '--config', '.dependency-cruiser.cjs'],
  },
  {
    title: 'reference',
    program: 'tools/loader/run.ts',
    args: ['tools/docs/main.ts', '--check'],
  },
  { title: 'unused exports', program: bin('knip'), args: ['--no-progress'] },
];

const since = performance.now();
const args = process.argv.slice(2);
if (args.some(arg => arg !== '--fresh')) throw new Error('usage: npm run check -- [--fresh]');
if (args.includes('--fresh')) rmSync(cache, { recursive: true, force: true });

const waiting = [...steps];
const failed: string[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));
const took = `${((performance.now() - since) / 1000).toFixed(1)} s`;
console.log(
  failed.length > 0 ? `check: FAILED in ${took}: ${failed.join(', ')}` : `check: passed in ${took}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;

async function runWaiting(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    if (!(await runStep(step))) failed.push(step.title);
  }
}
