import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../../config/parse-environment.ts';

/** Where a command talks with people while it is at work, apart from its result. */
export type CommandTerminal = {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
};

/** What a command stands in. */
export type CommandContext = {
  /** Shows the result, which has no newline at its end. */
  readonly print: (text: string) => void;
  /** That of this process where it is missing. */
  readonly environment?: Environment;
  /** Standard input and standard error where it is missing. */
  readonly terminal?: CommandTerminal;
};
