import { readCommandLine } from './command-line.ts';
import { runUntilSignal } from './run-until-signal.ts';
import { parseSandboxOptions, sandboxUsage } from './sandbox-options.ts';
import { startSandbox } from './start-sandbox.ts';

const options = readCommandLine(sandboxUsage, parseSandboxOptions);

await runUntilSignal(async started => {
  const sandbox = await startSandbox(options, started, (part, line) => {
    console.error(`[${part}] ${line}`);
  });
  console.log(JSON.stringify({ ready: true, ...sandbox }));
  return 'stay';
});
