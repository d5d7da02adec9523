import { type Broker, type BrokerSettings, startBroker } from '../../test/network/broker-process.ts';
import type { Started } from '../../test/network/started.ts';
import { settingsOfOne } from '../settings-of-one.ts';

/** Limits beyond every load here. They are counted as in service. */
const unreachedLimits = {
  LATCHKEY_LIMIT_NATIVE_PER_ADDRESS: '100000000',
  LATCHKEY_LIMIT_NATIVE_PER_APP: '100000000',
  LATCHKEY_LIMIT_NATIVE: '100000000',
  LATCHKEY_LIMIT_LOGINS_PER_ADDRESS: '100000000',
  LATCHKEY_LIMIT_LOGINS: '100000000',
  LATCHKEY_NATIVE_TOKENS: '999999',
};

export type BenchBroker = {
  broker: Broker;
  publicUrl: string;
  clientId: string;
  redirectUri: string;
  /** The key id of the app's new sessions. */
  keyId: string;
};

/** Starts a confidential broker on a new database, with one app. */
export async function startBenchBroker(
  database: 'sqlite' | 'postgres',
  upstream: string,
  started: Started,
  prepare: (settings: BrokerSettings) => Promise<void> = () => Promise.resolve(),
): Promise<BenchBroker> {
  // Each is a client of its own, because a PDS caches a client's keys for ten minutes.
  const publicUrl = `https://${database}.bench.internal`;
  const redirectUri = `${publicUrl}/callback`;
  const settings: BrokerSettings = {
    ...(await settingsOfOne(database, upstream, started)),
    LATCHKEY_PUBLIC_URL: publicUrl,
    ...unreachedLimits,
  };
  await prepare(settings);
  const broker = await started.start(() => startBroker(settings));
  const registered = await fetch(new URL('/api/native-apps', broker.url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${settings.LATCHKEY_ADMIN_TOKEN ?? ''}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ name: 'bench', metadata: { clientName: 'Bench', redirectUris: [redirectUri] } }),
  });
  const { clientId } = (await registered.json()) as { clientId: string };
  const jwks = await fetch(jwksUrlOf(broker));
  const { keys } = (await jwks.json()) as { keys: { kid: string }[] };
  return { broker, publicUrl, clientId, redirectUri, keyId: keys[0]?.kid ?? '' };
}

export function jwksUrlOf({ url }: Pick<Broker, 'url'>): string {
  return `${url}/native/apps/bench/jwks.json`;
}
