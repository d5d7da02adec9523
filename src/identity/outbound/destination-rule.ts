import { isPublicUnicast } from '../network/public-unicast.ts';
import { OutboundError } from './outbound-error.ts';

/** The permitted destinations of a class of call. The protocol is checked per origin, the address per connection. */
export type DestinationRule = {
  http: boolean;
  permitsAddress: (address: string) => boolean;
};

/** For URLs that strangers choose: https to public hosts only. */
export const publicDestinations: DestinationRule = { http: false, permitsAddress: isPublicUnicast };

/** For URLs in the configuration: https to any host, because an operator may run a directory in a private network. */
export const operatorDestinations: DestinationRule = { http: false, permitsAddress: () => true };

/** For development (`LATCHKEY_DEV_ALLOW_HTTP`): also http and private addresses. */
export const anyDestination: DestinationRule = { http: true, permitsAddress: () => true };

/**
 * Checks the protocol and the user information of a URL.
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
