import type { IncomingHttpHeaders } from 'node:http';
import { BrokerError } from '../../errors/broker-error.ts';
import { decideProvenance, readRequestOrigin } from './browser-rule.ts';

/**
 * Refuses a request that a page of another site made a browser send. Callers that are not browsers pass.
 *
 * @param origins those that count as the broker's own
 * @throws BrokerError `CrossSiteRequest`
 */
export function requireNoForeignPage(headers: IncomingHttpHeaders, origins: readonly string[]): void {
  if (decideProvenance(readRequestOrigin(headers), origins) !== 'foreign') return;
  throw new BrokerError('CrossSiteRequest', 'Another site sent this. Open the page here and try again.');
}
