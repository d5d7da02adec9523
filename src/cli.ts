#!/usr/bin/env node
import { requireSupportedNode } from './config/supported-node.ts';

requireSupportedNode();

// Only now, as what this loads crashes without a word on a Node that is too old.
const { runCommand } = await import('./cli/command-line.ts');
await runCommand(process.argv);
