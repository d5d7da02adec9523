import { codeOf } from '../../errors/code-of.ts';
import { ConnectionError } from '../engine/connection-error.ts';
import { databaseUnavailable } from '../engine/driver-error.ts';

/** Returns a `DatabaseUnavailable` that names the remedy, or the error itself where it is not about the connection. */
export function toConnectFailure(url: string, error: unknown): unknown {
  if (!(error instanceof ConnectionError)) return error;
  const { host, pathname } = new URL(url);
  const why = codeOf(error.cause) || 'no answer';
  return databaseUnavailable(
    `The Postgres server does not let us in: ${host}${pathname} (${why}). Start it, or correct LATCHKEY_DATABASE_URL.`,
    error,
  );
}
