import { NSID } from '@atproto/syntax';
import { BrokerError } from '../../errors/broker-error.ts';

/**
 * Returns the address of a method at a PDS, rebuilt from its parsed NSID, so that nothing in a path can lead
 * elsewhere.
 *
 * @param path `/xrpc/<nsid>`, with or without a query string, which is kept byte for byte; a query with blanks, control
 * characters or characters above U+00FF is none
 * @throws BrokerError `InvalidRequest` for every other path
 */
export function xrpcUrl(pds: string, path: string): URL {
  const [, nsid, query = ''] =
    /^\/xrpc\/([^/?#]+)(\?[\u0021\u0022\u0024-\u007e\u0080-\u00ff]*)?$/.exec(path) ?? [];
  if (nsid === undefined || !NSID.isValid(nsid)) {
    throw new BrokerError('InvalidRequest', 'The path must be /xrpc/ and the NSID of a method.');
  }
  return new URL(`/xrpc/${nsid}${query}`, pds);
}
