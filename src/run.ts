import { startBroker } from './broker.ts';
import { readConfig } from './config/config.ts';
import { settleMemorySoon } from './settled-memory.ts';

/** Runs the broker. Prints one message and exits with code 1 if it cannot start. */
export async function run(): Promise<void> {
  try {
    await startBroker(readConfig());
    settleMemorySoon();
  } catch (error) {
    process.stderr.write(
      `Latchkey cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    // Not `exitCode`: open connections to Postgres would delay the exit.
    process.exit(1);
  }
}
