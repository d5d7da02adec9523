import type { IncomingHttpHeaders } from 'node:http';
import { BrokerError } from '../errors/broker-error.ts';

/** What a page may take an answer for: data, or something to look at or to listen to (Fetch Metadata). */
const DESTINATIONS: readonly (string | undefined)[] = [
  'empty',
  'image',
  'audio',
  'video',
  'track',
  undefined,
];

/**
 * Refuses a browser that would open an answer of the PDS as a page, or run it as a script or a worker: all of that
 * would happen on our own origin, and where a policy trusts that origin the answer's own headers do not prevent it.
 *
 * @throws BrokerError `Forbidden`
 */
export function refuseAsPageOrScript(headers: IncomingHttpHeaders): void {
  const opens = headers['sec-fetch-mode'] === 'navigate' || headers['service-worker'] !== undefined;
  if (!opens && DESTINATIONS.includes(headers['sec-fetch-dest']?.toString())) return;
  throw new BrokerError('Forbidden', 'This is for programs; a browser cannot open it as a page or a script.');
}
