#!/usr/bin/env node
import { requireSupportedNode } from './config/supported-node.ts';

requireSupportedNode();

// Loaded after the check, because its imports crash without a message on an old Node.
const { runCommand } = await import('./cli/command-line.ts');
await runCommand(process.argv);
