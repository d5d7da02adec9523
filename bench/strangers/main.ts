// Measures whether honest sessions are refreshed while one stranger begins logins at thousands of hostile origins.
import { readCommandLine } from '../../test/network/command-line.ts';
import { runUntilSignal } from '../../test/network/run-until-signal.ts';
import { benchStrangers } from './bench-strangers.ts';
import { parseOptions, usage } from './options.ts';

const options = readCommandLine(usage, parseOptions);

await runUntilSignal(async started => {
  console.log(`$ ${['node bench/strangers/main.ts', ...process.argv.slice(2)].join(' ')}\n`);
  console.log(await benchStrangers(options, started));
  return 'end';
});
