import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const { IPv4, IPv6 } = ipaddr;

/** An IP address or CIDR block whose forwarding headers are trusted. */
export const trustedProxy = z.string().superRefine((value, context) => {
  const problem = value.includes('/') ? blockProblem(value) : addressProblem(value);
  if (problem !== undefined) context.addIssue(problem);
});

function addressProblem(address: string): string | undefined {
  if (address.includes('%') || !(IPv4.isValidFourPartDecimal(address) || IPv6.isValid(address))) {
    return 'must be an IP address or a CIDR block, such as 10.0.0.7 or 10.0.0.0/24';
  }
  const ip = ipaddr.parse(address);
  if (ip.range() === 'ipv4Mapped') return `must be written as IPv4: ${ipaddr.process(address).toString()}`;
  if (ip.range() === 'unspecified') return 'names no proxy; give the address that the proxy connects from';
  return undefined;
}

function blockProblem(block: string): string | undefined {
  if (!IPv4.isValidCIDRFourPartDecimal(block) && !IPv6.isValidCIDR(block)) {
    return 'must be a CIDR block, such as 10.0.0.0/24';
  }
  const [ip, prefix] = ipaddr.parseCIDR(block);
  // 10.0.0.0/8 and fc00::/7 are the widest private networks; a wider block includes strangers.
  if (prefix < (ip.kind() === 'ipv4' ? 8 : 7)) {
    return 'would let strangers forge their address; give only the proxies of your own network';
  }
  const network =
    ip.kind() === 'ipv4' ? IPv4.networkAddressFromCIDR(block) : IPv6.networkAddressFromCIDR(block);
  if (network.toString() !== ip.toString())
    return `has bits behind its prefix; write ${network.toString()}/${prefix}`;
  return addressProblem(block.replace(/\/.*$/, ''));
}
