import type { Config } from '../../config/config.ts';
import { networkOf } from '../../http/edge/address-limit.ts';
import { isLoopbackAddress } from '../../config/values/listen-address.ts';
import { isPublicUnicast } from '../../identity/network/public-unicast.ts';

/** Where the requester's address is, as the reader of the page sees it. */
export type ReaderNetwork = 'this-computer' | 'same' | 'other' | 'unknown';

/**
 * Decides how the addresses of a requester and a reader compare. Private addresses prove nothing: they may be those of a
 * proxy, which everybody would share.
 */
export function decideReaderNetwork(
  asked: string,
  reader: string,
  { client }: Pick<Config, 'client'>,
): ReaderNetwork {
  if (isLoopbackAddress(asked) && isLoopbackAddress(reader) && client.kind === 'loopback')
    return 'this-computer';
  if (!isPublicUnicast(asked) || !isPublicUnicast(reader)) return 'unknown';
  // One network has addresses of both versions.
  if (asked.includes(':') !== reader.includes(':')) return 'unknown';
  return networkOf(asked) === networkOf(reader) ? 'same' : 'other';
}
