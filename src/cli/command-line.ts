import { CommanderError } from 'commander';
import { CommandFailure, exitCodes } from './command/command-failure.ts';
import type { CommandContext } from './command/command-context.ts';
import { createProgram } from './command-program.ts';

/** Runs one command of the `latchkey` program. Reports an error in one message and by the exit code. */
export async function runCommand(argv: readonly string[], start: CommandContext['start']): Promise<void> {
  const print = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  try {
    await createProgram({ print, ...(start && { start }) }).parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    // The parser has already printed its message.
    if (error instanceof CommanderError) return;
    process.stderr.write(`latchkey: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailure) return error.exitCode;
  if (!(error instanceof CommanderError)) return exitCodes.failed;
  return error.exitCode === 0 ? exitCodes.done : exitCodes.usage; // `--help` and `--version` succeed.
}
