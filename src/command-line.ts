import { createProgram } from './command-program.ts';

/** Runs one command of the `latchkey` program; what goes wrong is told in one message, with exit code 1. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const print = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  try {
    await createProgram({ print }).parseAsync([...argv]);
  } catch (error) {
    process.stderr.write(`latchkey: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
