// Checks spec/refresh.pml: the rules keep every property, and each old fault breaks the one that it should.
import { availableParallelism } from 'node:os';
import {
  type Check,
  checks,
  longChecks,
  missingAssumptions,
  oldFaults,
  properties,
  type Switch,
} from './runs.ts';
import { findMissingPrograms, search, type Search } from './spin.ts';

const MEMORY_MIB = 2_000;
const LONG_MEMORY_MIB = 6_000;

const since = performance.now();
const surprises: string[] = [];
const args = process.argv.slice(2);
const isLong = args[0] === '--long';
const shown = args[0] === '--show' ? args[1] : undefined;
if (args.length !== (shown === undefined ? Number(isLong) : 2))
  throw new Error('usage: npm run verify -- [--long | --show <switch>]');

const missing = await findMissingPrograms();
if (missing.length > 0) {
  console.error(
    `verify: ${missing.join(' and ')} not found. On Debian or Ubuntu: apt-get install spin gcc libc6-dev`,
  );
  process.exit(1);
}

if (shown === undefined) await runAll();
else await show(shown);
process.exitCode = surprises.length > 0 ? 1 : 0;

async function runAll(): Promise<void> {
  const waiting = [
    ...(isLong ? [...longChecks, ...checks] : checks).map(check => () => runCheck(check)),
    ...oldFaults.map(fault => () => runSwitch(fault)),
    ...missingAssumptions.map(fault => () => runSwitch(fault, ', as an assumption is missing')),
  ];
  await Promise.all(
    // Two long searches at once could want more memory than there is.
    Array.from({ length: isLong ? 1 : availableParallelism() }, async () => {
      for (let run = waiting.shift(); run; run = waiting.shift()) await run();
    }),
  );
  const took = `${((performance.now() - since) / 1000).toFixed(0)} s`;
  console.log(
    surprises.length > 0 ? `verify: FAILED in ${took}: ${surprises.join(', ')}` : `verify: passed in ${took}`,
  );
}

async function runCheck({ name, limits, goal }: Check): Promise<void> {
  const isCyclic = goal === 'ends';
  const found = await search(
    isCyclic ? 'cycles' : 'all',
    macrosOf(limits),
    isLong ? LONG_MEMORY_MIB : MEMORY_MIB,
  );
  const { violated, story } = found;
  for (const claim of isCyclic ? ['every run ends'] : properties) {
    const isBroken =
      violated !== undefined && (isCyclic || violated === claim || !properties.some(p => p === violated));
    const verdict = isBroken ? 'BROKEN' : violated === undefined ? 'holds' : 'not searched to the end';
    report(name, isCyclic ? (isBroken ? 'some run is INFINITE' : claim) : `${claim} ${verdict}`, found);
  }
  if (violated === undefined && found.flaws.length === 0) return;
  surprises.push(name);
  for (const line of [...story, ...found.flaws]) console.log(`          ${line}`);
}

async function runSwitch({ name, breaks, limits = {} }: Switch, reason = ''): Promise<void> {
  const found = await search('shortest', switchMacros({ name, breaks, limits }), MEMORY_MIB);
  const isFound = found.violated === breaks;
  report(
    name,
    isFound ? `breaks ${breaks} in ${found.steps} steps${reason}` : `DOES NOT BREAK ${breaks}`,
    found,
  );
  if (!isFound) surprises.push(name);
}

/** Tells the counterexample of one switch. */
async function show(name: string): Promise<void> {
  const all = [...oldFaults, ...missingAssumptions];
  const found = all.find(fault => fault.name === name);
  if (!found) throw new Error(`Unknown switch. There are: ${all.map(fault => fault.name).join(', ')}`);
  const { violated, story } = await search('shortest', switchMacros(found), MEMORY_MIB);
  if (violated === undefined) surprises.push(name);
  for (const line of [...story, violated ? `${violated} is broken.` : 'Nothing is broken.'])
    console.log(line);
}

function switchMacros({ name, breaks, limits = {} }: Switch): string[] {
  const macro = name.toUpperCase().replaceAll('-', '_');
  const only = breaks.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  return [macro, `ONLY=${only}`, ...macrosOf(limits)];
}

function macrosOf(limits: Readonly<Record<string, number>>): string[] {
  return Object.entries(limits).map(([name, value]) => `${name}=${value}`);
}

function report(name: string, verdict: string, { states, seconds }: Search): void {
  console.log(`verify: ${name}: ${verdict} (${states.toLocaleString('en')} states, ${seconds.toFixed(1)} s)`);
}
