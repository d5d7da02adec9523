import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { ChildExitedError } from './child.ts';

const titleWidth = 66;
const shownLogLines = 30;

/** The output of a story: a terminal or another stream. */
export type Audience = Writable & { isTTY?: boolean };

/** Prints steps with their outcome and time, and withholds the log. */
export class Story {
  readonly #out: Audience;
  readonly #log: string[] = [];

  constructor(out: Audience) {
    this.#out = out;
  }

  /** Stores a log line, which is printed only if a step fails. */
  keep(part: string, line: string): void {
    this.#log.push(`[${part}] ${line}`);
  }

  say(...lines: string[]): void {
    for (const line of lines) this.#out.write(`${line}\n`);
  }

  heading(text: string): void {
    this.say('', this.#style('bold', text), '');
  }

  /** Runs one step and prints it. `outcome` describes its result. Throws if the step fails. */
  async step<Result>(
    title: string,
    work: () => Promise<Result>,
    outcome: (result: Result) => string,
  ): Promise<Result> {
    const began = performance.now();
    const end = (tick: string): void => {
      this.#finish(tick, title, performance.now() - began);
    };
    if (this.#out.isTTY) this.#out.write(`  … ${title}`);
    try {
      const result = await work();
      end(this.#style('green', '✓'));
      this.say(this.#style('dim', `    ${outcome(result)}`));
      return result;
    } catch (error) {
      end(this.#style('red', '✗'));
      throw this.#failure(title, error);
    }
  }

  #finish(tick: string, title: string, ms: number): void {
    if (this.#out.isTTY) this.#out.write('\r\u001b[2K');
    const time = ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
    this.say(`  ${tick} ${title.padEnd(titleWidth)} ${this.#style('dim', time.padStart(7))}`);
  }

  #failure(title: string, error: unknown): Error {
    const reason = error instanceof Error ? error.message : String(error);
    const log = error instanceof ChildExitedError ? [] : this.#log.slice(-shownLogLines);
    return new Error([`\nThe demo failed at "${title}": ${reason}`, ...log].join('\n'), { cause: error });
  }

  #style(format: 'bold' | 'dim' | 'green' | 'red', text: string): string {
    return styleText(format, text, { stream: this.#out });
  }
}
