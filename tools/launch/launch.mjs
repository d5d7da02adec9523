// Starts a program of this project, from a fresh clone too: installs, builds, and runs it with the project's own
// Node. Plain JavaScript on built-in modules, because it runs on any Node from 18 on before anything is installed.
import { spawn } from 'node:child_process';
import { ended } from '../../bin/child.js';
import { LaunchError, say } from './messages.mjs';
import { inTree, prepare, projectNode } from './prepare.mjs';

const usage = 'usage: launch.mjs [--no-build] <entry> [argument …] | --install-only | --build-only';

async function launch([first, ...rest]) {
  const isBuilt = first !== '--no-build' && first !== '--install-only';
  const [entry, ...args] = first === '--no-build' ? rest : [first, ...rest];
  if (entry === undefined) throw new LaunchError(usage);
  await prepare({ isBuilt });
  if (entry === '--install-only' || entry === '--build-only') return;
  endAs(await ended(spawn(projectNode(), [inTree(entry), ...args], { stdio: 'inherit' })));
}

/** Ends this process as its child ended: by the same signal, or with the same exit code. */
function endAs({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
}

try {
  await launch(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
