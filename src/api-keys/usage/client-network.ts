import ipaddr from 'ipaddr.js';

/** The bits of an address that name a network: the smallest routed one, and the usual one of a site. */
const PREFIX_BITS = { ipv4: 24, ipv6: 48 } as const;

/**
 * Returns the network of an IP address, such as `203.0.113.0/24` or `2001:db8:7::/48`, which many callers share. Null if the
 * text is no address.
 */
export function clientNetworkOf(address: string): string | null {
  if (!ipaddr.isValid(address)) return null;
  const ip = ipaddr.process(address);
  const bits = PREFIX_BITS[ip.kind()];
  const family = ip.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${family.networkAddressFromCIDR(`${ip.toString()}/${bits}`).toString()}/${bits}`;
}
