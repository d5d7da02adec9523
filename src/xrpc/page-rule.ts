import type { IncomingHttpHeaders } from 'node:http';
import { BrokerError } from '../errors/broker-error.ts';

/** The destinations for which a page may load a response: data, images, audio and video (Fetch Metadata). */
const DESTINATIONS: readonly (string | undefined)[] = [
  'empty',
  'image',
  'audio',
  'video',
  'track',
  undefined,
];

/**
 * Refuses a browser that would open a PDS's response as a page, or run it as a script or a worker. It would do so on the
 * broker's own origin, and a policy that trusts this origin overrides the headers of the response.
 *
 * @throws BrokerError `Forbidden`
 */
export function refuseAsPageOrScript(headers: IncomingHttpHeaders): void {
  const opens = headers['sec-fetch-mode'] === 'navigate' || headers['service-worker'] !== undefined;
  if (!opens && DESTINATIONS.includes(headers['sec-fetch-dest']?.toString())) return;
  throw new BrokerError(
    'Forbidden',
    'This address is for programs. A browser cannot open it as a page or a script.',
  );
}
