import { randomUUID } from 'node:crypto';
import type { Database } from '../../../src/database/connection/database.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import { newId, type SessionId, UiSessionId } from '../../../src/database/tables/id.ts';
import { toTimestamp } from '../../../src/database/tables/timestamp.ts';
import type { BrokerSettings } from '../../../test/network/broker-process.ts';
import { didOf, handleOf } from '../../../test/network/fake-accounts.ts';
import { clientIdOf } from '../../../src/oauth/issuers/client-metadata.ts';
import { Keyring } from '../../../src/crypto/keyring.ts';
import { migrateUp } from '../../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../../src/database/connection/open-database.ts';
import { readConfig } from '../../../src/config/config.ts';
import { RowMac } from '../../../src/crypto/row-mac.ts';
import { SealedBox } from '../../../src/crypto/sealed-box.ts';
import { UiSessionRepository } from '../../../src/ui-sessions/ui-session.repository.ts';
import { insertingRepository } from '../../inserting-repository.ts';
import { madeUpGrant } from '../../made-up-grant.ts';

const writers = 8;
const hourMs = 60 * 60_000;

/** Fills the database of brokers with sessions of fake accounts, through the program's own repositories. */
export async function storeSessions(
  settings: BrokerSettings,
  issuerOf: (account: number) => string,
  count: number,
): Promise<{ database: Database; stop: () => Promise<void> }> {
  const config = readConfig(settings);
  if (config.encryption.kind !== 'given') throw new Error('the brokers have no common encryption key');
  const database = await openDatabase(config.database);
  await migrateUp(database);
  const keyring = new Keyring(config.encryption.keys);
  const holders = new UiSessionRepository(database, new RowMac(keyring));
  const sessions = insertingRepository(database, new SealedBox(keyring));
  const clientId = clientIdOf(config);
  let next = 0;
  const write = async (): Promise<void> => {
    for (let account = next++; account < count; account = next++) {
      const grant = madeUpGrant(didOf(account), issuerOf(account), clientId, hourMs);
      const session = await sessions.insertSession(grant, { handle: handleOf(grant.did), purpose: 'ui' });
      // The sweep ends sessions without a holder.
      await holders.insertUiSession(holderOf(session), database);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return { database, stop: () => database.destroy() };
}

function holderOf({ id, did }: { id: SessionId; did: Did }) {
  const now = toTimestamp(new Date());
  return {
    id: newId(UiSessionId),
    digest: randomUUID(),
    did,
    session_id: id,
    user_agent: null,
    created_at: now,
    last_seen_at: now,
    expires_at: toTimestamp(new Date(Date.now() + 24 * hourMs)),
  };
}
