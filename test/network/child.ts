import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

// Limits for a process that hangs: on a busy machine a start takes half a minute.
const readyWithinMs = 180_000;
const graceMs = 60_000;
const shownLines = 40;

/** Node options for a long test process: a larger young generation halves the time that goes to collecting garbage. */
export const lessCollecting: readonly string[] = ['--max-semi-space-size=64'];

/** Makes Node keep what it compiled. The test programs start hundreds of times. */
export const compiledOnce = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../.cache/compiled', import.meta.url)),
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type ChildOptions = {
  /** Added to PATH, HOME and the compile cache, the only variables that a child gets otherwise. */
  environment?: Record<string, string>;
  /** Gets each line of the output as it arrives. */
  onLine?: ((line: string) => void) | undefined;
};

/**
 * A Node process whose output is kept line by line, with an IPC channel and a process group of its own.
 *
 * The group is its own so that Ctrl-C in a terminal reaches the parent alone, which then stops its children
 * in order; a parent that died is noticed by the channel's `disconnect`.
 */
export class Child {
  readonly childProcess: ChildProcess;
  /** Standard output and standard error, in order of arrival. */
  readonly lines: string[] = [];
  /** Settles when the process has ended and its output is complete. */
  readonly exited: Promise<Exit>;

  constructor(args: string[], { environment, onLine }: ChildOptions) {
    const { PATH = '', HOME = '' } = process.env;
    this.childProcess = spawn(process.execPath, args, {
      env: { PATH, HOME, ...compiledOnce, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.exited = once(this.childProcess, 'close').then(exitOf);
    for (const output of [this.childProcess.stdout, this.childProcess.stderr]) {
      if (output === null) continue;
      createInterface(output).on('line', line => {
        this.lines.push(line);
        onLine?.(line);
      });
    }
  }

  /**
   * Waits for `ready`, whose signal ends its waiting; kills the process when that takes more than 180 s.
   *
   * Throws `ChildExitedError` when the process ends first.
   */
  async until<Value>(ready: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const settled = new AbortController();
    const impatience = setTimeout(() => this.childProcess.kill('SIGKILL'), readyWithinMs);
    const tooEarly = this.exited.then(exit => {
      throw new ChildExitedError(exit, this.lines);
    });
    try {
      return await Promise.race([ready(settled.signal), tooEarly]);
    } finally {
      settled.abort();
      clearTimeout(impatience);
    }
  }

  /** Sends SIGTERM, then SIGKILL if the process has not exited within 60 s. */
  async stop(): Promise<Exit> {
    const impatience = setTimeout(() => this.childProcess.kill('SIGKILL'), graceMs);
    this.childProcess.kill('SIGTERM');
    return this.exited.finally(() => {
      clearTimeout(impatience);
    });
  }
}

function exitOf([code, signal]: unknown[]): Exit {
  return { code, signal } as Exit;
}

/** A process that exited before it was ready. The message has its last lines, `output` all of them. */
export class ChildExitedError extends Error {
  override readonly name = 'ChildExitedError';
  readonly exit: Exit;
  readonly output: string;

  constructor(exit: Exit, lines: string[]) {
    const how = exit.signal ?? `exit code ${exit.code ?? 'unknown'}`;
    super([`the process ended before it was ready (${how}):`, ...lines.slice(-shownLines)].join('\n'));
    this.exit = exit;
    this.output = lines.join('\n');
  }
}
