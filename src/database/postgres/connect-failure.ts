import { codeOf } from '../../errors/code-of.ts';
import { ConnectionError } from '../engine/connection-error.ts';
import { databaseUnavailable } from '../engine/driver-error.ts';

/** Returns a `DatabaseUnavailable` that names the remedy. Returns an error of another kind unchanged. */
export function toConnectFailure(url: string, error: unknown): unknown {
  if (!(error instanceof ConnectionError)) return error;
  const { host, pathname } = new URL(url);
  const why = codeOf(error.cause) || 'no answer';
  return databaseUnavailable(
    `Cannot connect to the Postgres server at ${host}${pathname} (${why}). Start it, or correct LATCHKEY_DATABASE_URL.`,
    error,
  );
}
