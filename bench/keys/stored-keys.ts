import type { Insertable } from 'kysely';
import type { Keyring } from '../../src/crypto/keyring.ts';
import type { Database } from '../../src/database/connection/database.ts';
import type { ApiKeyTable } from '../../src/database/tables/api-key.ts';
import type { Did } from '../../src/database/tables/did.ts';
import { ApiKeyId, newId, type SessionId } from '../../src/database/tables/id.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import { macBinding as apiKeyBindingOf } from '../../src/api-keys/keys/api-key.repository.ts';
import { digestOf } from '../../src/crypto/secret.ts';
import { newApiKeySecret, startOf } from '../../src/crypto/api-key-secret.ts';
import { RowMac } from '../../src/crypto/row-mac.ts';

/** The batch size that both databases accept. */
const rowsAtOnce = 2_000;
const statementsAtOnce = 25;

/** A stored key with its secret. */
export type StoredKey = { id: ApiKeyId; did: Did; secret: string };

/** The session of each key. */
export type Holdable = { id: SessionId; did: Did };

/**
 * Stores keys with the MACs of this keyring, each for the session that `sessionOf` returns for its number. Returns those
 * whose number `isAskedFor`.
 */
export async function storeKeys(
  database: Database,
  keyring: Keyring,
  { count, sessionOf, isAskedFor }: Wanted,
): Promise<StoredKey[]> {
  const mac = new RowMac(keyring);
  const asked: StoredKey[] = [];
  const rowsFrom = (first: number): Insertable<ApiKeyTable>[] =>
    Array.from({ length: Math.min(rowsAtOnce, count - first) }, (_, at) => {
      const [session, secret] = [sessionOf(first + at), newApiKeySecret()];
      const row = rowOf(session, secret, first + at);
      if (isAskedFor(first + at)) asked.push({ id: row.id, did: row.did, secret });
      return { ...row, mac: mac.sign(apiKeyBindingOf(row)) };
    });
  for (let first = 0; first < count; first += rowsAtOnce * statementsAtOnce) {
    await database.transaction().execute(async transaction => {
      const end = Math.min(count, first + rowsAtOnce * statementsAtOnce);
      for (let start = first; start < end; start += rowsAtOnce)
        await transaction.insertInto('api_key').values(rowsFrom(start)).execute();
    });
  }
  return asked;
}

/** @throws Error if there is none at this index */
export function sessionAt(sessions: readonly Holdable[], place: number): Holdable {
  const session = sessions[place];
  if (!session) throw new Error(`there is no session ${place}`);
  return session;
}

type Wanted = {
  count: number;
  sessionOf: (key: number) => Holdable;
  isAskedFor: (key: number) => boolean;
};

function rowOf({ id: session_id, did }: Holdable, secret: string, number: number) {
  return {
    id: newId(ApiKeyId),
    did,
    session_id,
    name: `bot ${number}`,
    scope: 'atproto transition:generic',
    start: startOf(secret),
    digest: digestOf(secret),
    previous_digest: null,
    previous_until: null,
    slot: number,
    created_at: toTimestamp(new Date()),
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
    last_used_client: null,
    last_used_network: null,
  };
}
