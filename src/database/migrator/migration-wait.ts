import { codeOf } from '../../errors/code-of.ts';
import type { Database } from '../connection/database.ts';
import { databaseUnavailable } from '../engine/driver-error.ts';

const WAIT_MS = 600_000;

/**
 * Retries while another process migrates, which may take longer than the time limit of one statement.
 *
 * @throws BrokerError `DatabaseUnavailable` after 10 minutes
 */
export async function waitWhileMigrating<Result>(
  { dialect }: Database,
  run: () => Promise<Result>,
): Promise<Result> {
  const giveUpAt = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!dialect.errors.isLockTimeout(codeOf(error))) throw error;
      if (performance.now() >= giveUpAt) throw stillMigrating(error);
    }
  }
}

function stillMigrating(cause: unknown): Error {
  return databaseUnavailable(
    'Another process has been migrating this database for 10 minutes. Find the statement that hangs there and end it.',
    cause,
  );
}
