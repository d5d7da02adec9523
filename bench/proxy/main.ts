// Compares Latchkey as a proxy with the least that a proxy can be, and with the official client.
import { readCommandLine } from '../../test/network/command-line.ts';
import { runUntilSignal } from '../../test/network/run-until-signal.ts';
import { parseOptions, type Part, usage } from './options.ts';
import { profileLatchkey } from './profile/profile-latchkey.ts';
import { benchThroughput } from './throughput/bench-throughput.ts';

const options = readCommandLine(usage, parseOptions);
const benches: Record<Part, typeof benchThroughput> = { throughput: benchThroughput };

await runUntilSignal(async started => {
  console.log(`$ ${['node bench/proxy/main.ts', ...process.argv.slice(2)].join(' ')}\n`);
  for (const part of options.parts) console.log(`${await benches[part](options, started)}\n`);
  if (options.profile) console.log(await profileLatchkey(options, started));
  return 'end';
});
