import type { IncomingHttpHeaders } from 'node:http';
import { BrokerError } from '../../errors/broker-error.ts';
import { decideProvenance, readRequestOrigin } from './browser-rule.ts';

/**
 * Refuses what the page of another site makes a browser send; callers that are no browsers say nothing of this.
 *
 * @param origins those that count as our own
 * @throws BrokerError `CrossSiteRequest`
 */
export function requireNoForeignPage(headers: IncomingHttpHeaders, origins: readonly string[]): void {
  if (decideProvenance(readRequestOrigin(headers), origins) !== 'foreign') return;
  throw new BrokerError('CrossSiteRequest', 'This can only be done on our own pages.');
}
