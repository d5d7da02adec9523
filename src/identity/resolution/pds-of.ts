import { extractPdsUrl, type AtprotoDidDocument } from '@atproto-labs/did-resolver';
import { BrokerError } from '../../errors/broker-error.ts';

/**
 * Returns the origin of the PDS in a DID document (service `#atproto_pds`).
 *
 * @throws BrokerError `AccountUnreachable` if the document has none, or one that the broker may not call
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
