import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../../config/parse-environment.ts';

/** The streams for questions and progress. Results go to `print`. */
export type CommandTerminal = {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
};

/** Everything that a command uses of its process. */
export type CommandContext = {
  /** Prints a result, given without a final newline. */
  readonly print: (text: string) => void;
  /** By default this process's environment. */
  readonly environment?: Environment;
  /** Runs the broker. Missing where there is none to run. */
  readonly start?: () => Promise<void>;
  /** By default standard input and standard error. */
  readonly terminal?: CommandTerminal;
};
