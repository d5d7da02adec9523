#!/usr/bin/env node
// Runs `latchkey` on a Node that is new enough. Plain JavaScript on built-in modules, for any Node from 18 on.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findNode, isSupported, NodeMissing, runOn } from './node.js';

const program = new URL('../dist/cli.js', import.meta.url);
/** Only a clone has it. */
const preparation = new URL('../tools/launch/prepare.mjs', import.meta.url);

async function run() {
  if (existsSync(preparation)) await (await import(preparation.href)).prepare({ isBuilt: true });
  if (isSupported(process.versions.node)) await import(program.href);
  else await runOn(await findNode(), [fileURLToPath(program), ...process.argv.slice(2)]);
}

try {
  await run();
} catch (error) {
  if (!(error instanceof NodeMissing) && error.name !== 'LaunchError') throw error;
  process.stderr.write(`latchkey: ${error.message}\n`);
  process.exitCode = 1;
}
