import { requireSupportedNode } from './config/supported-node.ts';
import { keepCompiledCode } from './compiled-code.ts';

requireSupportedNode();
keepCompiledCode();

// Loaded after the check, because its imports crash without a message on an old Node.
const { runCommand } = await import('./cli/command-line.ts');
await runCommand(process.argv, async () => {
  const { run } = await import('./run.ts');
  await run();
});
