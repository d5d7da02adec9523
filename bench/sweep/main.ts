// Measures how sweeping a million expired temp tokens slows callers with temp tokens down.
import { readCommandLine } from '../../test/network/command-line.ts';
import { runUntilSignal } from '../../test/network/run-until-signal.ts';
import { benchSweep } from './bench-sweep.ts';
import { parseOptions, usage } from './options.ts';

const options = readCommandLine(usage, parseOptions);

await runUntilSignal(async started => {
  console.log(`$ ${['node bench/sweep/main.ts', ...process.argv.slice(2)].join(' ')}\n`);
  console.log(await benchSweep(options, started));
  return 'end';
});
