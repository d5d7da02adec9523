import type { Environment } from './config/parse-environment.ts';

/** What a command stands in. */
export type CommandContext = {
  /** Shows the result, which has no newline at its end. */
  readonly print: (text: string) => void;
  /** That of this process where it is missing. */
  readonly environment?: Environment;
};
