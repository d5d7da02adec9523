import { randomBytes } from 'node:crypto';
import type { BrokerSettings } from './broker-process.ts';
import type { NetworkDescription } from './network-control.ts';

/** Where a broker runs, and what it stands on. */
export type BrokerPlace = {
  network: NetworkDescription;
  port: number;
  /** `sqlite:PATH` or a `postgres://` URL. */
  databaseUrl: string;
  /** Its own loopback address by default, which makes it a public client. */
  publicUrl?: string;
};

/** What all brokers of one deployment share. */
export type BrokerSecrets = { adminToken: string; encryptionKey: string };

/** For suites and benches: they ask more in a minute than anybody would. */
export const noLimits = {
  LATCHKEY_LIMIT_PER_ADDRESS: 'off',
  LATCHKEY_LIMIT_PER_CREDENTIAL: 'off',
  LATCHKEY_LIMIT_KEY_REQUESTS: 'off',
  LATCHKEY_LIMIT_NATIVE_PER_ADDRESS: 'off',
  LATCHKEY_LIMIT_NATIVE_PER_APP: 'off',
  LATCHKEY_LIMIT_NATIVE: 'off',
} as const;

export function makeBrokerSecrets(): BrokerSecrets {
  return { adminToken: randomBytes(32).toString('hex'), encryptionKey: randomBytes(32).toString('base64') };
}

/** The settings of a broker on a test network, with the overrides that development allows. */
export function brokerSettings(
  place: BrokerPlace,
  secrets: BrokerSecrets = makeBrokerSecrets(),
): BrokerSettings {
  const listen = `127.0.0.1:${place.port}`;
  return {
    LATCHKEY_PUBLIC_URL: place.publicUrl ?? `http://${listen}`,
    LATCHKEY_LISTEN: listen,
    LATCHKEY_DATABASE_URL: place.databaseUrl,
    LATCHKEY_ENCRYPTION_KEYS: secrets.encryptionKey,
    LATCHKEY_ADMIN_TOKEN: secrets.adminToken,
    LATCHKEY_PLC_URL: place.network.plc,
    LATCHKEY_HANDLE_RESOLVER: place.network.pds,
    LATCHKEY_DEV_ALLOW_HTTP: 'true',
  };
}
