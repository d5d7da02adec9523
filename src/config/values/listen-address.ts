import ipaddr from 'ipaddr.js';
import { text } from './text-settings.ts';

/** Where a server listens: an IP address without brackets, and a port. */
export type ListenAddress = { readonly host: string; readonly port: number };

/** `IP:port`, IPv6 in brackets. Names are refused: what one resolves to decides who can reach the broker. */
export const listenAddress = text.transform((value, context): ListenAddress => {
  const { v4, v6, port } =
    /^(?:(?<v4>[\d.]+)|\[(?<v6>[\da-f:.]+)\]):(?<port>\d+)$/i.exec(value)?.groups ?? {};
  const valid = v6 === undefined ? ipaddr.IPv4.isValidFourPartDecimal(v4 ?? '') : ipaddr.IPv6.isValid(v6);
  if (!valid || !isPort(Number(port))) {
    context.addIssue(
      'must be an IP address and a port between 1 and 65535, such as 127.0.0.1:8787 or [::1]:8787',
    );
  }
  return { host: v6 ?? v4 ?? '', port: Number(port) };
});

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

/** Whether an IP address (without brackets) is reachable from this machine alone: 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(host: string): boolean {
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

/** Whether two servers would conflict: the same port, and the same address or a wildcard address. */
export function isSameSocket(one: ListenAddress, other: ListenAddress): boolean {
  const wildcards = ['0.0.0.0', '::'];
  const meet = one.host === other.host || wildcards.includes(one.host) || wildcards.includes(other.host);
  return one.port === other.port && meet;
}

/** Returns the plain http URL of a server that listens there. */
export function httpUrl({ host, port }: ListenAddress): URL {
  return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
}
