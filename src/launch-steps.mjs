// How `launch.mjs` runs what takes long: one launch at a time in this tree, with progress on standard error.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended } from './launch-child.mjs';

const beatMs = 1000;
const abandonedMs = 15_000;
const logLineMs = 10_000;
const shownLines = 30;
// npm takes half a minute to tidy up after an interruption, and the next launch begins anew anyway.
const graceMs = 2000;

/** What ends the launch with one message instead of a stack. */
export class LaunchError extends Error {}

/** Says one line to people. Standard output belongs to the entry. */
export function say(text) {
  process.stderr.write(`latchkey: ${text}\n`);
}

/** When a file was last written, in ms since 1970, or undefined when there is none. */
export function modifiedAt(name) {
  return fs.statSync(name, { throwIfNoEntry: false })?.mtimeMs;
}

/** Runs `work` if need be, and once however many launches there are: the directory `lock` admits one. */
export async function whenStale(lock, isStale, work) {
  if (!isStale()) return;
  await acquire(lock);
  // A holder that was paused for long may have lost the lock; what it runs goes on all the same.
  const heartbeat = setInterval(() => fs.utimes(lock, new Date(), new Date(), () => undefined), beatMs);
  try {
    if (isStale()) await work();
  } finally {
    clearInterval(heartbeat);
    fs.rmSync(lock, { recursive: true, force: true });
  }
}

async function acquire(lock) {
  for (let told = false; !makeDirectory(lock); told = true) {
    if (!told) say('another start is installing or building here; waiting for it');
    if (isAbandoned(lock)) removeAbandoned(lock);
    else await sleep(beatMs / 4);
  }
}

function makeDirectory(name) {
  try {
    fs.mkdirSync(name);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new LaunchError(
      `something must be installed or built here, but the tree takes no file: ${error.message}`,
    );
  }
}

function isAbandoned(lock) {
  return Date.now() - (modifiedAt(lock) ?? Date.now()) > abandonedMs;
}

/** Renames first, so that of two waiters only one removes the lock, and neither the new one of the other. */
function removeAbandoned(lock) {
  const aside = `${lock}.${process.pid}`;
  try {
    fs.renameSync(lock, aside);
    if (isAbandoned(aside)) fs.rmdirSync(aside);
    else fs.renameSync(aside, lock);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

/** Runs a command in `directory`; what it prints is shown only when it fails. Throws `LaunchError` then. */
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

/** One line that counts on a terminal, a line now and then in a log. */
function showProgress(title, since) {
  const { isTTY } = process.stderr;
  if (!isTTY) say(title);
  const tick = isTTY
    ? () => process.stderr.write(`\r\x1b[Klatchkey: ${title}, ${seconds(since)} `)
    : () => say(`${title}, ${seconds(since)}`);
  const timer = setInterval(tick, isTTY ? beatMs : logLineMs);
  return () => {
    clearInterval(timer);
    if (isTTY) process.stderr.write('\r\x1b[K');
  };
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}

/** The first lines tell the cause and the last ones the end; npm's usage may stand between. */
function excerpt(output) {
  const lines = output.trimEnd().split('\n');
  if (lines.length <= shownLines) return lines.join('\n');
  return [...lines.slice(0, shownLines / 2), '…', ...lines.slice(-shownLines / 2)].join('\n');
}
