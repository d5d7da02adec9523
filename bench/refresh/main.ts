// Compares how Latchkey and the official OAuth client rotate tokens under load, then measures many refreshes at once.
import { readCommandLine } from '../../test/network/command-line.ts';
import { runUntilSignal } from '../../test/network/run-until-signal.ts';
import { parseOptions, usage } from './options.ts';
import { benchRotations } from './rotation/bench-rotations.ts';
import { benchVolume } from './volume/bench-volume.ts';

const options = readCommandLine(usage, parseOptions);

await runUntilSignal(async started => {
  console.log(`$ ${['node bench/refresh/main.ts', ...process.argv.slice(2)].join(' ')}\n`);
  if (options.only !== 'volume') console.log(`${await benchRotations(options, started)}\n`);
  if (options.only !== 'rotation') console.log(await benchVolume(options, started));
  return 'end';
});
