import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { endWithError } from '../errors/early-errors.ts';
import { networkOf } from './address-limit.ts';
import { createProxyTrust } from './proxy-trust.ts';

const RETRY_AFTER_SECONDS = 5;

/**
 * Limits the open connections, in all and of one address. A trusted proxy carries those of many people, so it has no limit
 * of its own. Where the limit in all is reached, idle connections are closed too, so that the next caller finds room.
 */
export function addConnectionLimits(server: Server, { limits, trustedProxies }: Config): void {
  const isTrusted = createProxyTrust(trustedProxies);
  const [most, mostOfAddress] = [limits.connections, limits.connectionsPerAddress].map(limit =>
    limit === 'off' ? Infinity : limit,
  ) as [number, number];
  const byAddress = new Map<string, number>();
  let all = 0;
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket;
    const address = networkOf(remoteAddress ?? '');
    const ofAddress = byAddress.get(address) ?? 0;
    if (all >= most || (ofAddress >= mostOfAddress && !isTrusted(remoteAddress))) {
      if (all >= most) server.closeIdleConnections();
      endWithError(socket, tooMany());
      return;
    }
    all++;
    byAddress.set(address, ofAddress + 1);
    socket.once('close', () => {
      all--;
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left > 0) byAddress.set(address, left);
      else byAddress.delete(address);
    });
  });
}

function tooMany(): BrokerError {
  return new BrokerError('TooManyRequests', 'Too many connections are open. Try again later.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
