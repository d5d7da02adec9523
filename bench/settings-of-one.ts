import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerSettings } from '../test/network/broker-process.ts';
import { brokerSettings } from '../test/network/broker-settings.ts';
import { freePorts } from '../test/network/free-ports.ts';
import { startPostgres } from '../test/network/postgres.ts';
import type { Started } from '../test/network/started.ts';

/** Limits beyond every load here. They are counted as in service. */
const unreachedLimits = {
  LATCHKEY_LIMIT_PER_ADDRESS: '100000000',
  LATCHKEY_LIMIT_PER_CREDENTIAL: '100000000',
  LATCHKEY_CONCURRENCY_PER_SESSION: '1000',
};

/** Returns the settings of one broker on a new database. `upstream` is the origin of its PDS and PLC directory. */
export async function settingsOfOne(
  database: 'sqlite' | 'postgres',
  upstream: string,
  started: Started,
): Promise<BrokerSettings> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  await started.start(() => Promise.resolve({ stop: () => rm(directory, { recursive: true, force: true }) }));
  const databaseUrl =
    database === 'sqlite'
      ? `sqlite:${join(directory, 'latchkey.sqlite')}`
      : await (await started.start(startPostgres)).createDatabase();
  const [port = 0] = await freePorts(1);
  const network = { pds: upstream, plc: upstream, accounts: [] };
  return {
    ...brokerSettings({ network, port, databaseUrl }),
    LATCHKEY_SPOOL_DIR: join(directory, 'spool'),
    ...unreachedLimits,
  };
}
