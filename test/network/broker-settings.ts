import { randomBytes } from 'node:crypto';
import type { BrokerSettings } from './broker-process.ts';
import type { NetworkDescription } from './network-control.ts';
import { spoolDirectoryOf } from './scratch-directory.ts';

/** The address and surroundings of a broker. */
export type BrokerPlace = {
  network: NetworkDescription;
  port: number;
  /** `sqlite:PATH` or a `postgres://` URL. */
  databaseUrl: string;
  /** By default its loopback address, which makes it a public client. */
  publicUrl?: string;
};

/** The secrets that all brokers of a deployment share. */
export type BrokerSecrets = { adminToken: string; encryptionKey: string };

/** High limits, because suites and benches send many requests a minute. */
export const noLimits = {
  LATCHKEY_LIMIT_PER_ADDRESS: 'off',
  LATCHKEY_LIMIT_PER_CREDENTIAL: 'off',
  LATCHKEY_LIMIT_LOGINS_PER_ADDRESS: 'off',
  LATCHKEY_LIMIT_LOGINS: 'off',
  LATCHKEY_LIMIT_KEY_REQUESTS: 'off',
  LATCHKEY_LIMIT_NATIVE_PER_ADDRESS: 'off',
  LATCHKEY_LIMIT_NATIVE_PER_APP: 'off',
  LATCHKEY_LIMIT_NATIVE: 'off',
} as const;

export function makeBrokerSecrets(): BrokerSecrets {
  return { adminToken: randomBytes(32).toString('hex'), encryptionKey: randomBytes(32).toString('base64') };
}

/** Returns the settings of a broker on a test network, with the overrides of development. */
export function brokerSettings(
  place: BrokerPlace,
  secrets: BrokerSecrets = makeBrokerSecrets(),
): BrokerSettings {
  const listen = `127.0.0.1:${place.port}`;
  return {
    LATCHKEY_PUBLIC_URL: place.publicUrl ?? `http://${listen}`,
    LATCHKEY_LISTEN: listen,
    LATCHKEY_DATABASE_URL: place.databaseUrl,
    // On SQLite it is beside the file.
    ...(place.databaseUrl.startsWith('postgres:') && {
      LATCHKEY_SPOOL_DIR: spoolDirectoryOf(place.databaseUrl),
    }),
    LATCHKEY_ENCRYPTION_KEYS: secrets.encryptionKey,
    LATCHKEY_ADMIN_TOKEN: secrets.adminToken,
    LATCHKEY_PLC_URL: place.network.plc,
    LATCHKEY_HANDLE_RESOLVER: place.network.pds,
    LATCHKEY_DEV_ALLOW_HTTP: 'true',
  };
}
