import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The only block from which global unicast IPv6 addresses are assigned (RFC 4291 section 2.4). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Returns whether `address` is the IP address of one host on the public internet.
 *
 * Returns false for every special-purpose range of RFC 6890 (loopback, private, link-local, shared, documentation,
 * multicast, reserved, …), for IPv6 addresses that contain an IPv4 one (mapped, compatible, 6to4, Teredo, NAT64: they
 * would reach addresses that the IPv4 table refuses) and for any text that is not an IP address.
 */
export function isPublicUnicast(address: string): boolean {
  // Only the unambiguous spelling: no octal, hexadecimal or short IPv4.
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
}
