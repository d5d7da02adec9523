import { NSID } from '@atproto/syntax';
import { BrokerError } from '../../errors/broker-error.ts';

/**
 * Returns the URL of a method at a PDS. It is rebuilt from the parsed NSID, so that no path leads elsewhere.
 *
 * @param path `/xrpc/<nsid>`, with or without a query string. The query is kept byte for byte
 * @throws BrokerError `InvalidRequest` for every other path, and for a query with blanks, control characters or
 * characters above U+00FF
 */
export function xrpcUrl(pds: string, path: string): URL {
  const [, nsid, query = ''] =
    /^\/xrpc\/([^/?#]+)(\?[\u0021\u0022\u0024-\u007e\u0080-\u00ff]*)?$/.exec(path) ?? [];
  if (nsid === undefined || !NSID.isValid(nsid)) {
    throw new BrokerError(
      'InvalidRequest',
      'The path must be /xrpc/ followed by the NSID of a method, such as /xrpc/app.bsky.feed.getTimeline.',
    );
  }
  return new URL(`/xrpc/${nsid}${query}`, pds);
}
