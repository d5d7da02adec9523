import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../until.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** The built program, run like a person or a script with only the broker's address. */
export class KeysCommand {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  /** The exit code. */
  readonly exited: Promise<number | null>;

  constructor(args: readonly string[]) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, [cli, 'keys', ...args], { env: { PATH } });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.exited = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Returns the request id from the printed link. */
  async requestId(): Promise<string> {
    await until(
      'the command shows its link',
      () => this.#stderr,
      text => text.includes('/connect/'),
    );
    return /\/connect\/(\S+)/.exec(this.#stderr)?.[1] ?? '';
  }

  /** Waits until standard error contains `text`. */
  async told(text: string): Promise<void> {
    await until(
      `the command says ${text}`,
      () => this.#stderr,
      said => said.includes(text),
    );
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
