/**
 * The database server could not be reached, or stopped answering.
 *
 * The driver gives some of these failures no code of their own, and others the code of any socket (`ECONNREFUSED`),
 * which a request to a PDS can fail with just as well. This class tells them apart without reading messages.
 */
export class ConnectionError extends Error {
  override readonly name = 'DatabaseConnectionError';
}
