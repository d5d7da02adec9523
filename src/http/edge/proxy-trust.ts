import ipaddr from 'ipaddr.js';

/** Returns whether an address belongs to a proxy whose forwarding headers are trusted. */
export type ProxyTrust = (address: string | undefined) => boolean;

/** @param proxies IP addresses and CIDR blocks; loopback is trusted only if it is among them */
export function createProxyTrust(proxies: readonly string[]): ProxyTrust {
  const blocks = proxies.map(proxy => ipaddr.parseCIDR(proxy.includes('/') ? proxy : wholeAddress(proxy)));
  return address => {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    // A dual-stack socket writes IPv4 as IPv6.
    const ip = ipaddr.process(address);
    return blocks.some(([network, bits]) => ip.kind() === network.kind() && ip.match(network, bits));
  };
}

function wholeAddress(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}
