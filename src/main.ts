import { requireSupportedNode } from './config/supported-node.ts';
import { keepCompiledCode } from './compiled-code.ts';

requireSupportedNode();
keepCompiledCode();

// Imported after the check: these modules crash without a message on an old Node.
const { run } = await import('./run.ts');
await run();
