import { spawn } from 'node:child_process';
import { ended } from '../../bin/child.js';
import { LaunchError, say } from './messages.mjs';

const terminalLineMs = 1000;
const logLineMs = 10_000;
const shownLines = 30;
// npm tidies up for half a minute after an interruption, and the next launch starts again anyway.
const graceMs = 2000;

/** Runs a command in `directory` and shows its output only when it fails. Throws `LaunchError` then. */
export async function runStep(title, directory, [command, ...args]) {
  const since = Date.now();
  const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const ending = ended(child, graceMs).catch(error => ({ error }));
  const stopProgress = showProgress(title, since);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => (output += text));
  }
  const end = await ending;
  stopProgress();
  if (end.error)
    throw new LaunchError(`cannot run ${command} (${end.error.code}); install Node with its npm`);
  if (end.interrupted) throw new LaunchError(`${title} was interrupted`);
  if (end.code !== 0) throw new LaunchError(`${title} failed:\n${excerpt(output)}`);
  say(`${title} took ${seconds(since)}`);
}

/** Counts on one line of a terminal; prints a line now and then into a log. */
function showProgress(title, since) {
  const { isTTY } = process.stderr;
  if (!isTTY) say(title);
  const tick = isTTY
    ? () => process.stderr.write(`\r\x1b[Klatchkey: ${title}, ${seconds(since)} `)
    : () => say(`${title}, ${seconds(since)}`);
  const timer = setInterval(tick, isTTY ? terminalLineMs : logLineMs);
  return () => {
    clearInterval(timer);
    if (isTTY) process.stderr.write('\r\x1b[K');
  };
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}

/** The first lines name the cause and the last ones the end; npm's usage may stand between. */
function excerpt(output) {
  const lines = output.trimEnd().split('\n');
  if (lines.length <= shownLines) return lines.join('\n');
  return [...lines.slice(0, shownLines / 2), '…', ...lines.slice(-shownLines / 2)].join('\n');
}
