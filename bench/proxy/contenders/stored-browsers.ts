import { newId, SessionId, UiSessionId } from '../../../src/database/tables/id.ts';
import { toTimestamp } from '../../../src/database/tables/timestamp.ts';
import type { SessionRow } from '../../../src/sessions/stored/session-row.ts';
import type { BrokerSettings } from '../../../test/network/broker-process.ts';
import { clientIdOf } from '../../../src/oauth/issuers/client-metadata.ts';
import { digestOf, newSecret } from '../../../src/crypto/secret.ts';
import { Keyring } from '../../../src/crypto/keyring.ts';
import { migrateUp } from '../../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../../src/database/connection/open-database.ts';
import { readConfig } from '../../../src/config/config.ts';
import { RowMac } from '../../../src/crypto/row-mac.ts';
import { SealedBox } from '../../../src/crypto/sealed-box.ts';
import { SessionSecretsBox } from '../../../src/sessions/stored/session-secrets.service.ts';
import { toGrantedRow } from '../../../src/sessions/stored/granted-row.ts';
import { UiSessionRepository } from '../../../src/ui-sessions/ui-session.repository.ts';
import { didOf, handleOf } from '../../../test/network/fake-accounts.ts';
import { madeUpGrant } from '../../made-up-grant.ts';

/** The batch size that both databases accept. */
const rowsAtOnce = 500;

/** Tokens live so long that none is refreshed during the measurement. */
const dayMs = 24 * 60 * 60_000;

/** Stores sessions, each with a browser session, before a broker with these settings starts. Returns their cookies. */
export async function storeBrowsers(settings: BrokerSettings, pds: string, count: number): Promise<string[]> {
  const config = readConfig(settings);
  if (config.encryption.kind !== 'given') throw new Error('the broker has no encryption key in its settings');
  const keyring = new Keyring(config.encryption.keys);
  const secrets = new SessionSecretsBox(new SealedBox(keyring));
  const database = await openDatabase(config.database);
  await migrateUp(database);
  const browsers = new UiSessionRepository(database, new RowMac(keyring));
  const cookies: string[] = [];
  for (let first = 0; first < count; first += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, count - first) }, (_, at) => {
      const grant = madeUpGrant(didOf(first + at), pds, clientIdOf(config), dayMs);
      const to = { id: newId(SessionId), handle: handleOf(grant.did), purpose: 'ui', generation: 1 } as const;
      return toGrantedRow(grant, to, secrets, new Date());
    });
    await database.transaction().execute(async transaction => {
      await transaction.insertInto('oauth_session').values(rows).execute();
      for (const row of rows) {
        const cookie = newSecret();
        await browsers.insertUiSession(holderOf(row, cookie), transaction);
        cookies.push(`latchkey=${cookie}`);
      }
    });
  }
  await database.destroy();
  return cookies;
}

function holderOf({ id, did }: SessionRow, cookie: string) {
  const now = toTimestamp(new Date());
  return {
    id: newId(UiSessionId),
    digest: digestOf(cookie),
    did,
    session_id: id,
    user_agent: null,
    created_at: now,
    last_seen_at: now,
    expires_at: toTimestamp(new Date(Date.now() + dayMs)),
  };
}
