import { OutboundError } from './outbound-error.ts';
import { isPublicUnicast } from './public-unicast.ts';

/** Where a class of call may go: the protocol is checked per origin, the address at each connection. */
export type DestinationRule = {
  http: boolean;
  permitsAddress: (address: string) => boolean;
};

/** For URLs that strangers choose: https to public hosts only. */
export const publicDestinations: DestinationRule = { http: false, permitsAddress: isPublicUnicast };

/** For URLs in the configuration: https to any host, since operators may run a directory in their own network. */
export const operatorDestinations: DestinationRule = { http: false, permitsAddress: () => true };

/** For development (`LATCHKEY_DEV_ALLOW_HTTP`): http and private addresses too. */
export const anyDestination: DestinationRule = { http: true, permitsAddress: () => true };

/**
 * Check what a URL alone says about its destination: protocol and user information.
 *
 * @throws OutboundError `forbidden_protocol` or `forbidden_credentials`
 */
export function assertPermittedUrl(url: URL, rule: DestinationRule): void {
  const origin = `${url.protocol}//${url.host}`;
  if (url.protocol !== 'https:' && !(rule.http && url.protocol === 'http:')) {
    throw new OutboundError('forbidden_protocol', origin, false);
  }
  if (url.username !== '' || url.password !== '')
    throw new OutboundError('forbidden_credentials', origin, false);
}
