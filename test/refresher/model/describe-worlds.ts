import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { type DatabaseConfig, readConfig } from '../../../src/config/config.ts';
import type { DialectName } from '../../../src/database/engine/dialect.ts';
import { ClientKeys } from '../../../src/oauth/client-keys/client-keys.service.ts';
import { describeDialects } from '../../database/dialects.ts';
import { brokerSettings } from '../../network/broker-settings.ts';
import { didOf } from '../../network/fake-accounts.ts';
import { StrictNetwork } from '../../network/strict-network.ts';
import { authorizeKey, signIn } from './people.ts';
import { SharedClock } from './shared-clock.ts';
import { type Ground, World } from './world.ts';

const clients = [
  { name: 'a public client', publicUrl: 'http://127.0.0.1:9' },
  { name: 'a confidential client', publicUrl: 'https://model.latchkey.internal' },
];

/** Runs a test in a new world, and removes it afterwards. */
export type InWorld = (live: (world: World) => Promise<void>) => Promise<void>;

/** Runs a suite for each kind of client and each database, with one network for all its worlds. */
export function describeWorlds(
  name: string,
  suite: (inWorld: InWorld) => void,
  among?: readonly DialectName[],
): void {
  const onDialect = (_open: unknown, { create }: { create: () => Promise<DatabaseConfig> }): void => {
    describe.each(clients)('by $name', ({ publicUrl }) => {
      let ground: Ground;
      let world: World | undefined;
      let spool: string;

      beforeAll(async () => {
        spool = await mkdtemp(join(tmpdir(), 'latchkey-model-'));
        const clock = new SharedClock();
        const network = await StrictNetwork.start({
          onRefresh: async (refresh, response) => world?.road.take(refresh, response),
          jwksOf: async () => (await world?.running[0]?.get(ClientKeys).publicJwks()) ?? { keys: [] },
        });
        const place = { network: { pds: network.url, plc: network.url, accounts: [] }, port: 9, publicUrl };
        const settings = brokerSettings({ ...place, databaseUrl: databaseUrlOf(await create()) });
        ground = { clock, network, config: readConfig({ ...settings, LATCHKEY_SPOOL_DIR: spool }) };
      });
      afterAll(async () => {
        ground.clock.stop();
        await ground.network.stop();
        await rm(spool, { recursive: true });
      });

      suite(async live => {
        world = new World(ground);
        try {
          await begin(world);
          await live(world);
        } finally {
          await world.end();
        }
      });
    });
  };
  describeDialects(name, onDialect, among);
}

let accounts = 0;

/** Creates a browser session and a key's session of two new accounts, at one broker, or at two on Postgres. */
async function begin(world: World): Promise<void> {
  const broker = await world.startBroker();
  if (world.dialect === 'postgres') await world.startBroker();
  await signIn(world, broker, didOf(++accounts));
  await authorizeKey(world, broker, didOf(++accounts));
}

function databaseUrlOf(database: DatabaseConfig): string {
  return database.kind === 'sqlite' ? `sqlite:${database.path}` : database.url;
}
