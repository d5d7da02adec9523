/** Returns the code of an error of the system or of a driver: `ENOENT`, `SQLITE_BUSY`, an SQLSTATE. Empty without one. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
