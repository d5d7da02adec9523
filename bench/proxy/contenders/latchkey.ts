import { startBroker } from '../../../test/network/broker-process.ts';
import { Started } from '../../../test/network/started.ts';
import { settingsOfOne } from '../../settings-of-one.ts';
import { callerHeaders, type Contender } from './contender.ts';
import { storeBrowsers } from './stored-browsers.ts';

export type LatchkeyOptions = {
  database?: 'sqlite' | 'postgres';
  /** Number of stored sessions. */
  sessions?: number;
  /** Size of the broker's session cache, if not the default. */
  cached?: number;
  /** Node options of its process. */
  nodeOptions?: string[];
};

/** Starts the built broker on a new database, with sessions at a PDS and their browsers' cookies. */
export async function startLatchkey(
  pds: string,
  { database = 'sqlite', sessions = 1, cached, nodeOptions = [] }: LatchkeyOptions = {},
): Promise<Contender> {
  const parts = new Started();
  try {
    const settings = {
      ...(await settingsOfOne(database, pds, parts)),
      ...(cached && { LATCHKEY_CACHED_SESSIONS: String(cached) }),
    };
    const cookies = await storeBrowsers(settings, pds, sessions);
    const { pid = 0, url } = await parts.start(() => startBroker(settings, undefined, nodeOptions));
    const name = `Latchkey on ${database === 'sqlite' ? 'SQLite' : 'Postgres'}`;
    return { name, pid, url, headers: callerHeaders, cookies, stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}
