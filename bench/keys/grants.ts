import type { Config } from '../../src/config/config.ts';
import type { Keyring } from '../../src/crypto/keyring.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { didOf, handleOf } from '../../test/network/fake-accounts.ts';
import { clientIdOf } from '../../src/oauth/issuers/client-metadata.ts';
import { SealedBox } from '../../src/crypto/sealed-box.ts';
import type { Holdable } from './stored-keys.ts';
import { insertingRepository } from '../inserting-repository.ts';
import { madeUpGrant } from '../made-up-grant.ts';

const dayMs = 24 * 60 * 60_000;

/** Stores sessions for keys, each of its own account. None falls due during the measurement. */
export async function storeKeySessions(
  database: Database,
  keyring: Keyring,
  { config, issuer, count }: { config: Config; issuer: string; count: number },
): Promise<Holdable[]> {
  const sessions = insertingRepository(database, new SealedBox(keyring));
  const stored: Holdable[] = [];
  for (let account = 0; account < count; account++) {
    const grant = madeUpGrant(didOf(account), issuer, clientIdOf(config), dayMs);
    const { id, did } = await sessions.insertSession(grant, {
      handle: handleOf(grant.did),
      purpose: 'api_key',
    });
    stored.push({ id, did });
  }
  return stored;
}
