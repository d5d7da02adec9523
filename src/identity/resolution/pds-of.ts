import { extractPdsUrl, type AtprotoDidDocument } from '@atproto-labs/did-resolver';
import { BrokerError } from '../../errors/broker-error.ts';

/**
 * The origin of the PDS that a DID document names (service `#atproto_pds`).
 *
 * @throws BrokerError `AccountUnreachable` when there is none, or none that the broker may call
 */
export function pdsOf(document: AtprotoDidDocument, allowHttp: boolean): string {
  const url = pdsUrl(document);
  const permitted = url.protocol === 'https:' || (allowHttp && url.protocol === 'http:');
  if (!permitted || url.username !== '' || url.password !== '') {
    throw unreachable(document, 'names a personal data server (PDS) at an address that is not plain https');
  }
  return url.origin;
}

function pdsUrl(document: AtprotoDidDocument): URL {
  try {
    return extractPdsUrl(document);
  } catch (cause) {
    throw unreachable(document, 'names no personal data server (PDS)', cause);
  }
}

const unreachable = (document: AtprotoDidDocument, problem: string, cause?: unknown): BrokerError =>
  new BrokerError('AccountUnreachable', `The document of ${document.id} ${problem}.`, { cause });
