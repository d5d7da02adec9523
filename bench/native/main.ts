// Measures what client authentication and repeatable refreshes cost a native app.
import { readCommandLine } from '../../test/network/command-line.ts';
import { runUntilSignal } from '../../test/network/run-until-signal.ts';
import { Started } from '../../test/network/started.ts';
import { benchLatency } from './bench-latency.ts';
import { benchRows } from './bench-rows.ts';
import { benchThroughput } from './bench-throughput.ts';
import { type Options, parseOptions, type Part, usage } from './options.ts';

const options = readCommandLine(usage, parseOptions);
const benches: Record<Part, (options: Options, started: Started) => Promise<string>> = {
  latency: benchLatency,
  throughput: benchThroughput,
  rows: benchRows,
};

await runUntilSignal(async started => {
  console.log(`$ ${['node bench/native/main.ts', ...process.argv.slice(2)].join(' ')}\n`);
  for (const part of options.parts) {
    const own = await started.start(() => Promise.resolve(new Started()));
    console.log(`${await benches[part](options, own)}\n`);
    await own.stop();
  }
  return 'end';
});
