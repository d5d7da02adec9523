import { requireSupportedNode } from './config/supported-node.ts';

requireSupportedNode();

// Only now, as what this loads crashes without a word on a Node that is too old.
const { run } = await import('./run.ts');
await run();
