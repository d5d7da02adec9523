import { codeOf } from '../../errors/code-of.ts';
import type { Database } from '../connection/database.ts';
import { databaseUnavailable } from '../engine/driver-error.ts';

const WAIT_MS = 600_000;

/**
 * Tries again while another process migrates: that may take longer than any one statement is allowed to wait.
 *
 * Throws a BrokerError `DatabaseUnavailable` after 10 minutes.
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
    'Another process has been migrating this database for 10 minutes. Look for a statement that hangs there.',
    cause,
  );
}
