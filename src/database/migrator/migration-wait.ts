import { databaseUnavailable, driverCode } from '../engine/database-error.ts';

const WAIT_MS = 600_000;

/** SQLSTATE query_canceled: the statement limit ended the wait for the lock. */
const QUERY_CANCELED = '57014';

/**
 * Tries again while another process migrates: that may take longer than any one statement is allowed to wait.
 *
 * Throws a BrokerError `DatabaseUnavailable` after 10 minutes.
 */
export async function waitWhileMigrating<Result>(run: () => Promise<Result>): Promise<Result> {
  const giveUpAt = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (driverCode(error) !== QUERY_CANCELED) throw error;
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
