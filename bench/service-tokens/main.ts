// Measures the rate of cached service tokens, and the hit rate of the cache.
import { readCommandLine } from '../../test/network/command-line.ts';
import { runUntilSignal } from '../../test/network/run-until-signal.ts';
import { startLatchkey } from '../proxy/contenders/latchkey.ts';
import { startLoadGenerator } from '../proxy/load/load-generator.ts';
import { startStubPds } from '../proxy/pds/stub-pds.ts';
import { benchKeptTokens } from './kept-tokens.ts';
import { parseOptions, usage } from './options.ts';
import { playTrace } from './trace.ts';

const options = readCommandLine(usage, parseOptions);

await runUntilSignal(async started => {
  console.log(`$ ${['node bench/service-tokens/main.ts', ...process.argv.slice(2)].join(' ')}\n`);
  const pds = await started.start(() => startStubPds({ nonceMs: 2_000 }));
  const generator = await started.start(startLoadGenerator);
  const latchkey = await started.start(() => startLatchkey(pds.url));
  console.log(`${await playTrace(latchkey)}\n`);
  console.log(await benchKeptTokens(latchkey, generator, options));
  return 'end';
});
