import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/database/connection/database.ts';
import { newId, TempTokenId } from '../../src/database/tables/id.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import type { BrokerSettings } from '../../test/network/broker-process.ts';
import { digestOf, newSecret } from '../../src/crypto/secret.ts';
import { Keyring } from '../../src/crypto/keyring.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import { newTempToken } from '../../src/temp-tokens/temp-token.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { readConfig } from '../../src/config/config.ts';
import { RowMac } from '../../src/crypto/row-mac.ts';
import { TempTokenRepository } from '../../src/temp-tokens/temp-token.repository.ts';

/** Eight columns each. SQLite accepts 32,766 values per statement. */
const rowsAtOnce = 2_000;
const liveTokens = 1_000;
const lifetimeMs = 10 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** A broker sweeps at its start. This lease prevents that, and has expired at the next sweep a minute later. */
const heldSeconds = 25;

/**
 * Stores temp tokens that expired within the last day, and some live ones. Returns the live ones. A lease keeps the broker
 * from sweeping the table at its start.
 */
export async function storeTempTokens(settings: BrokerSettings, expired: number): Promise<string[]> {
  const config = readConfig(settings);
  if (config.encryption.kind !== 'given') throw new Error('the broker has no encryption key in its settings');
  const database = await openDatabase(config.database);
  await migrateUp(database);
  for (let stored = 0; stored < expired; stored += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, expired - stored) }, (_, at) =>
      toExpiredRow((stored + at + 1) / expired),
    );
    await database.insertInto('temp_token').values(rows).execute();
  }
  const repository = new TempTokenRepository(database, new RowMac(new Keyring(config.encryption.keys)));
  const tokens = await storeLive(database, repository);
  await database
    .insertInto('lease')
    .values({ name: 'sweep-temp_token', owner: 'bench', until: database.now(heldSeconds) })
    .execute();
  await database.destroy();
  return tokens;
}

/** Counts the remaining rows after the broker has stopped. */
export async function countTempTokens(settings: BrokerSettings): Promise<{ expired: number; live: number }> {
  const database = await openDatabase(readConfig(settings).database);
  const { all, expired } = await database
    .selectFrom('temp_token')
    .select(({ fn }) => [
      fn.countAll<number | string>().as('all'),
      fn.countAll<number | string>().filterWhere('expires_at', '<=', database.now()).as('expired'),
    ])
    .executeTakeFirstOrThrow();
  await database.destroy();
  return { expired: Number(expired), live: Number(all) - Number(expired) };
}

async function storeLive(database: Database, repository: TempTokenRepository): Promise<string[]> {
  const tokens = Array.from({ length: liveTokens }, newTempToken);
  await database.transaction().execute(async transaction => {
    for (const token of tokens) {
      await repository.insert(toRow(token, Date.now() + dayMs), transaction);
    }
  });
  return tokens;
}

/** @param age from just above 0, a day ago, to 1, now. Expired rows need no valid MAC */
function toExpiredRow(age: number) {
  const row = toRow(newTempToken(), Date.now() - dayMs + age * (dayMs - 1_000));
  return { ...row, mac: `1.0123456789abcdef.${newSecret()}` };
}

function toRow(token: string, expiresAt: number) {
  return {
    id: newId(TempTokenId),
    digest: digestOf(token),
    scope: 'bench',
    resource_id: randomUUID(),
    created_at: toTimestamp(new Date(expiresAt - lifetimeMs)),
    expires_at: toTimestamp(new Date(expiresAt)),
    consumed_at: null,
  };
}
