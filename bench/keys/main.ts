// Measures what recognising an API key costs, few keys stored or many, and how soon a revocation is known elsewhere.
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

/** Runs one bench and ends what it started, so that it is not in the way of the next one. */
async function show(bench: Bench, started: Started): Promise<void> {
  const own = await started.start(() => Promise.resolve(new Started()));
  console.log(`${await bench(options, own)}\n`);
  await own.stop();
}
