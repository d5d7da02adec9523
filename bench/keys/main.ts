// Measures the cost of validating an API key, with few or many stored, and how soon another broker knows a revocation.
import { readCommandLine } from '../../test/network/command-line.ts';
import { runUntilSignal } from '../../test/network/run-until-signal.ts';
import { Started } from '../../test/network/started.ts';
import { type Options, parseOptions, type Part, usage } from './options.ts';
import { benchRevocation } from './revocation/bench-revocation.ts';
import { benchValidation } from './validation/bench-validation.ts';

type Bench = (options: Options, started: Started) => Promise<string>;

const options = readCommandLine(usage, parseOptions);
const benches: Record<Part, Bench> = {
  sqlite: (options, started) => benchValidation('sqlite', options, started),
  postgres: (options, started) => benchValidation('postgres', options, started),
  revocation: benchRevocation,
};

await runUntilSignal(async started => {
  console.log(`$ ${['node bench/keys/main.ts', ...process.argv.slice(2)].join(' ')}\n`);
  for (const part of options.parts) await show(benches[part], started);
  return 'end';
});

/** Runs one bench and stops what it started, so that it does not disturb the next one. */
async function show(bench: Bench, started: Started): Promise<void> {
  const own = await started.start(() => Promise.resolve(new Started()));
  console.log(`${await bench(options, own)}\n`);
  await own.stop();
}
