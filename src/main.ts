import { requireSupportedNode } from './config/supported-node.ts';

requireSupportedNode();

// Imported after the check: these modules crash without a message on an old Node.
const { run } = await import('./run.ts');
await run();
