import { Injectable } from '@nestjs/common';
import type { CompiledQuery, Kysely } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { RowMac } from '../../crypto/row-mac.ts';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionStatus } from '../../database/tables/oauth-session.ts';
import type { ApiKeyId, SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { type Timestamp, toTimestamp } from '../../database/tables/timestamp.ts';
import { ownerDeadlineOf } from '../../sessions/endings/owner-deadline.ts';
import { type ApiKeyRow, type ApiKeyUse, type StoredApiKey, toApiKey } from './api-key.ts';

/** The columns that a change of a key may set. */
export type ApiKeyChange = Partial<
  Pick<ApiKeyRow, 'name' | 'digest' | 'start' | 'previous_digest' | 'previous_until' | 'slot' | 'revoked_at'>
>;

export type ApiKeyQuery = {
  /** Selects one account's keys. */
  readonly did: Did | undefined;
  /** The last id of the previous page. */
  readonly cursor: ApiKeyId | undefined;
  readonly limit: number;
};

/** A key, with the status and the granted scope of its session. */
export type ListedApiKey = {
  readonly key: StoredApiKey;
  readonly session: SessionStatus;
  readonly scope: string;
  /** When it needs its owner at the latest: at its own end or at that of its session. */
  readonly needsOwnerBy: Date;
};

type ListedRow = ApiKeyRow & {
  session_status: SessionStatus;
  session_scope: string;
  session_granted_at: Timestamp;
  session_kid: string | null;
};

/**
 * Stores API keys. Every row has a MAC over all its columns but `slot` and those of the last use.
 *
 * Methods that return keys throw BrokerError `SealedRowUnreadable` if a row was edited.
 */
@Injectable()
export class ApiKeyRepository {
  private readonly byDigest: CompiledQuery<ApiKeyRow>;

  constructor(
    private readonly database: Database,
    private readonly mac: RowMac,
  ) {
    this.byDigest = byDigest(database);
  }

  /** Stores a key. Returns false if its slot is taken. */
  async insert(row: Omit<ApiKeyRow, 'mac'>, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(
      database
        .insertInto('api_key')
        .values({ ...row, mac: this.mac.sign(macBinding(row)) })
        // Waits for a concurrent transaction with the same slot. A conflict does not fail the caller's transaction.
        .onConflict(conflict => conflict.columns(['did', 'slot']).doNothing()),
    );
  }

  /** Finds a key by the digest of its current or previous secret. Served by the indexes on both. */
  async findByDigest(digest: string): Promise<StoredApiKey | undefined> {
    const query = { ...this.byDigest, parameters: [digest, digest] };
    const [row] = (await this.database.executeQuery<ApiKeyRow>(query)).rows;
    return row && this.verifyRow(row);
  }

  async findById(id: ApiKeyId): Promise<StoredApiKey | undefined> {
    const query = this.database.selectFrom('api_key').selectAll().where('id', '=', id);
    const row = await query.executeTakeFirst();
    return row && this.verifyRow(row);
  }

  /** Finds a key by its id, with the status and scope of its session. */
  async find(id: ApiKeyId, database: Kysely<Schema> = this.database): Promise<ListedApiKey | undefined> {
    const row = await this.withSession(database).where('api_key.id', '=', id).executeTakeFirst();
    return row && this.verifyListedRow(row);
  }

  /** Finds a key and locks its row until the transaction ends. */
  async lock(id: ApiKeyId, transaction: Kysely<Schema>): Promise<StoredApiKey | undefined> {
    const query = transaction.selectFrom('api_key').selectAll().where('id', '=', id);
    const row = await this.database.dialect.lockRows(query).executeTakeFirst();
    return row && this.verifyRow(row);
  }

  /**
   * Changes a key unless it has changed since it was read, by its MAC. Returns whether it did. Erases secrets that are kept
   * for a repetition and that the change makes old.
   */
  async change({ row }: StoredApiKey, change: ApiKeyChange, database: Kysely<Schema>): Promise<boolean> {
    const isChanged = await wroteRow(
      database
        .updateTable('api_key')
        .set({ ...change, mac: this.mac.sign(macBinding({ ...row, ...change })) })
        .where('id', '=', row.id)
        .where('mac', '=', row.mac),
    );
    if (isChanged && ('digest' in change || 'revoked_at' in change))
      await database.deleteFrom('issued_secret').where('api_key_id', '=', row.id).execute();
    return isChanged;
  }

  /** Lists keys in the order of their ids. */
  async list({ did, cursor, limit }: ApiKeyQuery): Promise<ListedApiKey[]> {
    let query = this.withSession(this.database).orderBy('api_key.id').limit(limit);
    if (did !== undefined) query = query.where('api_key.did', '=', did);
    if (cursor !== undefined) query = query.where('api_key.id', '>', cursor);
    return (await query.execute()).map(row => this.verifyListedRow(row));
  }

  /** Lists up to `limit` keys that a session serves, usually one. Served by the index on `session_id`. */
  async listOfSession(id: SessionId, limit: number): Promise<ListedApiKey[]> {
    const query = this.withSession(this.database).where('api_key.session_id', '=', id);
    const rows = await query.orderBy('api_key.id').limit(limit).execute();
    return rows.map(row => this.verifyListedRow(row));
  }

  /** Lists the slots that an account's keys occupy. Served by the index on (did, slot). */
  async listSlots(did: Did, database: Kysely<Schema>): Promise<number[]> {
    const rows = await database
      .selectFrom('api_key')
      .select('slot')
      .where('did', '=', did)
      .where('slot', 'is not', null)
      .execute();
    return rows.flatMap(({ slot }) => slot ?? []);
  }

  /** Frees the slots of an account's keys that have expired or whose session has ended. */
  async releaseEndedSlots(did: Did, database: Kysely<Schema>): Promise<void> {
    await database
      .updateTable('api_key')
      .set({ slot: null })
      .where('did', '=', did)
      .where('slot', 'is not', null)
      .where(eb =>
        eb.or([
          eb('expires_at', '<=', this.database.now()),
          eb('session_id', 'in', sessions =>
            sessions
              .selectFrom('oauth_session')
              .select('oauth_session.id')
              .where('oauth_session.did', '=', did)
              .where('oauth_session.status', 'in', ['revoking', 'revoked']),
          ),
        ]),
      )
      .execute();
  }

  /**
   * Lists up to `limit` keys that had expired at `now` and are not marked so. Skips edited rows, which raise the alarm
   * when they are read. Served by the index on `expires_at`.
   */
  async listExpired(limit: number, now: Date): Promise<StoredApiKey[]> {
    const rows = await this.database
      .selectFrom('api_key')
      .selectAll()
      .where('revoked_at', 'is', null)
      .where('expires_at', '<=', toTimestamp(now))
      .orderBy('expires_at', 'desc')
      .limit(limit)
      .execute();
    return rows.filter(row => this.mac.isValid(row.mac, macBinding(row))).map(toApiKey);
  }

  /** Stores the last uses of keys, by id, in one transaction. Never replaces a later use. */
  async storeLastUses(uses: ReadonlyMap<ApiKeyId, ApiKeyUse>): Promise<void> {
    // Sorted, so that two instances never deadlock.
    const ordered = [...uses].sort(([a], [b]) => (a < b ? -1 : 1));
    await this.database.transactIdempotent(async transaction => {
      for (const [id, use] of ordered) await storeLastUse(id, use, transaction);
    });
  }

  private withSession(database: Kysely<Schema>) {
    return database
      .selectFrom('api_key')
      .innerJoin('oauth_session', 'oauth_session.id', 'api_key.session_id')
      .selectAll('api_key')
      .select([
        'oauth_session.status as session_status',
        'oauth_session.scope as session_scope',
        'oauth_session.granted_at as session_granted_at',
        'oauth_session.kid as session_kid',
      ]);
  }

  private verifyListedRow({
    session_status: session,
    session_scope: scope,
    session_granted_at: grantedAt,
    session_kid: kid,
    ...row
  }: ListedRow): ListedApiKey {
    const key = this.verifyRow(row);
    const needsOwnerBy = ownerDeadlineOf({ grantedAt: new Date(grantedAt), kid }, key.expiresAt);
    return { key, session, scope, needsOwnerBy };
  }

  private verifyRow(row: ApiKeyRow): StoredApiKey {
    this.mac.verify(row.mac, macBinding(row));
    return toApiKey(row);
  }
}

/** Built once: building it per call takes a quarter of the time of a lookup. */
function byDigest(database: Database): CompiledQuery<ApiKeyRow> {
  const keys = database.selectFrom('api_key').selectAll();
  return keys
    .where('digest', '=', '')
    .unionAll(keys.where('previous_digest', '=', ''))
    .compile();
}

async function storeLastUse(
  id: ApiKeyId,
  { lastUsedAt, lastUsedClient, lastUsedNetwork }: ApiKeyUse,
  database: Kysely<Schema>,
): Promise<void> {
  const usedAt = toTimestamp(lastUsedAt);
  await database
    .updateTable('api_key')
    .set({ last_used_at: usedAt, last_used_client: lastUsedClient, last_used_network: lastUsedNetwork })
    .where('id', '=', id)
    .where(eb => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', usedAt)]))
    .execute();
}

/** Returns the facts that the MAC of a key's row covers. */
export function macBinding(row: Omit<ApiKeyRow, 'mac'>): RowBinding {
  const { id, did, session_id, name, scope, start, digest, previous_digest, previous_until } = row;
  const { created_at, expires_at, revoked_at } = row;
  const facts = { did, session_id, name, scope, start, digest, previous_digest, previous_until };
  return {
    table: 'api_key',
    column: 'mac',
    id,
    facts: { ...facts, created_at, expires_at, revoked_at },
  };
}
