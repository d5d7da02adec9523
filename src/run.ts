import { startBroker } from './broker.ts';
import { readConfig } from './config/config.ts';

/** Runs the broker; what keeps it from starting is told in one message. */
export async function run(): Promise<void> {
  try {
    await startBroker(readConfig());
  } catch (error) {
    process.stderr.write(
      `Latchkey cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    // Not `exitCode`: connections to Postgres that were opened by then would hold the process for a while.
    process.exit(1);
  }
}
