// Admits one install or build at a time: the lock is a text file that names the process that holds it.
import fs from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LaunchError, say } from './messages.mjs';

const pollMs = 250;

/** Runs `work` while this process holds the lock file at `path`; `doing` tells the others what it does. */
export async function withLock(path, doing, work) {
  await acquire(path, doing);
  try {
    await work();
  } finally {
    fs.rmSync(path, { force: true });
  }
}

async function acquire(path, doing) {
  let told;
  while (!create(path, doing)) {
    const holder = read(path);
    if (isGone(holder)) {
      say(`${holder}, but that process is gone: starting again`);
      // Two launches that see this at the same instant may both start; the build of one then fails and says so.
      fs.rmSync(path, { force: true });
      continue;
    }
    if (holder !== undefined && holder !== told) {
      say(`waiting, because ${holder} (if that process no longer runs, remove ${path})`);
      told = holder;
    }
    await sleep(pollMs);
  }
}

function create(path, doing) {
  const text =
    `process ${process.pid} on ${hostname()} is ${doing} since ${new Date().toISOString()}\n` +
    'If that process no longer runs, remove this file.\n';
  try {
    fs.writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new LaunchError(`${doing} is necessary, but no file can be written here: ${error.message}`);
  }
}

/** The first line of the lock file, or undefined when the lock is free. */
function read(path) {
  try {
    return fs.readFileSync(path, 'utf8').split('\n')[0];
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the holder ran on this machine and runs no more. Of another machine's processes this one knows nothing. */
function isGone(holder = '') {
  const [, pid, host] = /^process (\d+) on (\S+) /.exec(holder) ?? [];
  if (pid === undefined || host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
