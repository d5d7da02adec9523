import { createBroker as createApplication, listen } from './broker.ts';
import { readConfig } from './config/config.ts';
import { endWell } from './end-on-signals.ts';

/** Settings as the environment holds them: `LATCHKEY_LISTEN`, and so on. */
export type BrokerSettings = Readonly<Record<string, string | undefined>>;

/** A broker within this process. */
export type Broker = {
  /** Its public URL with the base path, without a trailing slash. */
  readonly url: string;
  /** Accepts connections at `LATCHKEY_LISTEN`. Throws an error with a message for people if that address is in use. */
  readonly listen: () => Promise<void>;
  /** Accepts no more requests, waits for the running ones and for refreshes, and closes the database. */
  readonly close: () => Promise<void>;
};

/**
 * Creates a broker that is ready to listen: database migrated, keys loaded. It handles no signals.
 *
 * @param settings by default this process's environment
 * @throws Error whose message names every setting that is malformed, unknown or in contradiction to another
 */
export async function createBroker(settings?: BrokerSettings): Promise<Broker> {
  const config = readConfig(settings);
  const app = await createApplication(config);
  return { url: config.baseUrl, listen: () => listen(app, config), close: () => endWell(app) };
}
