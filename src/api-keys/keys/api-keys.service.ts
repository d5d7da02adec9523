import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { AuditAction } from '../../audit/audit-action.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { newApiKeySecret } from '../../crypto/api-key-secret.ts';
import { Database } from '../../database/connection/database.ts';
import { nextCursor } from '../../database/connection/next-cursor.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { ApiKeyId, newId, parseId, type SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { SessionRevocation } from '../../sessions/endings/session-revocation.service.ts';
import { Sessions } from '../../sessions/use/sessions.service.ts';
import { type ApiKey, type ApiKeyRow, findFreeSlot, secretColumnsOf, type StoredApiKey } from './api-key.ts';
import {
  type ApiKeyChange,
  type ApiKeyQuery,
  ApiKeyRepository,
  type ListedApiKey,
} from './api-key.repository.ts';
import { keyChanged, tooManyKeys } from './api-key-refusals.ts';
import { ApiKeyCache } from './api-key.cache.ts';

/** The limit of a list of one session's keys. */
const MOST_OF_SESSION = 10;

/** The facts of a new key, and its session. */
export type NewApiKey = Pick<ApiKey, 'did' | 'sessionId' | 'name' | 'scope' | 'expiresAt'>;

/** A key with its secret, which is returned only here and stored as a digest. */
export type IssuedApiKey = Pick<ApiKey, 'id' | 'start' | 'did' | 'name' | 'scope' | 'expiresAt'> & {
  readonly secret: string;
  /** When it needs its owner at the latest: at its own end or at that of its session. */
  readonly needsOwnerBy: Date;
};

/** The account whose keys a caller may manage, or undefined for all accounts. */
export type ApiKeyOwner = Did | undefined;

/** Issues, lists and revokes API keys. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly apiKeyRows: ApiKeyRepository,
    private readonly apiKeyCache: ApiKeyCache,
    private readonly sessions: Sessions,
    private readonly sessionRevocation: SessionRevocation,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /**
   * Issues a key that holds a session, in the caller's transaction.
   *
   * @throws BrokerError `ReauthorizationRequired` if the session is not active or not the account's, `TooManyApiKeys`
   */
  async issue(key: NewApiKey, by: AuditSource, database: Kysely<Schema>): Promise<IssuedApiKey> {
    const { did, sessionId, name, scope, expiresAt } = key;
    await this.sessions.addHolder({ id: sessionId, did }, database);
    await this.apiKeyRows.releaseEndedSlots(did, database);
    const [id, secret] = [newId(ApiKeyId), newApiKeySecret()];
    const row = {
      id,
      did,
      session_id: sessionId,
      name,
      scope,
      ...secretColumnsOf(secret),
      previous_digest: null,
      previous_until: null,
      created_at: toTimestamp(new Date()),
      expires_at: expiresAt && toTimestamp(expiresAt),
      revoked_at: null,
      last_used_at: null,
      last_used_client: null,
      last_used_network: null,
    };
    await this.store(row, database);
    await this.record('api-key.issued', { id, did }, by, database);
    const listed = await this.apiKeyRows.find(id, database);
    if (!listed) throw keyChanged();
    const { needsOwnerBy } = listed;
    return { id, secret, start: row.start, did, name, scope, expiresAt, needsOwnerBy };
  }

  /**
   * Requires that the account may have one more key. {@link issue} may still fail if another key is issued meanwhile.
   *
   * @throws BrokerError `TooManyApiKeys`
   */
  async requireRoom(did: Did, database: Kysely<Schema>): Promise<void> {
    const most = this.config.keysPerAccount;
    await this.apiKeyRows.releaseEndedSlots(did, database);
    if (findFreeSlot(await this.apiKeyRows.listSlots(did, database), most) === undefined)
      throw tooManyKeys(most);
  }

  /** Lists a page of keys, with the cursor of the next page if there is one. */
  async list(query: ApiKeyQuery): Promise<{ keys: ListedApiKey[]; cursor?: string }> {
    const keys = await this.apiKeyRows.list(query);
    return { keys, ...nextCursor(keys, query.limit, ({ key }) => key.id) };
  }

  /** Lists the keys that a session serves, usually one. */
  listOfSession(id: SessionId): Promise<ListedApiKey[]> {
    return this.apiKeyRows.listOfSession(id, MOST_OF_SESSION);
  }

  /**
   * Returns a key with the status of its session.
   *
   * @throws BrokerError `NotFound`, also for another account's key
   */
  async get(id: string, owner: ApiKeyOwner): Promise<ListedApiKey> {
    const apiKeyId = parseId(ApiKeyId, id);
    const found = apiKeyId && (await this.apiKeyRows.find(apiKeyId));
    if (found && (owner === undefined || owner === found.key.did)) return found;
    throw new BrokerError('NotFound', 'There is no key with this id.');
  }

  /**
   * Revokes a key, and its session at the issuer if the key was the last holder. Waits up to 5 s for the issuer. Leaves an
   * ended key unchanged.
   *
   * @throws BrokerError `NotFound`
   */
  async revoke(text: string, owner: ApiKeyOwner, by: AuditSource): Promise<void> {
    const { id } = (await this.get(text, owner)).key;
    const revoked = await this.changing(id, transaction => this.revokeLocked(id, by, transaction));
    if (!revoked) return;
    const { did, sessionId, isSessionOver } = revoked;
    this.log.apiKeyRevoked({ did, apiKeyId: id, sessionId });
    if (isSessionOver) await this.sessionRevocation.revokeMarked(sessionId);
  }

  /** Stores a key in a free slot of its account. Tries another slot if a concurrent key took the first. */
  private async store(row: Omit<ApiKeyRow, 'mac' | 'slot'>, database: Kysely<Schema>): Promise<void> {
    const most = this.config.keysPerAccount;
    let isStored = false;
    while (!isStored) {
      const slot = findFreeSlot(await this.apiKeyRows.listSlots(row.did, database), most);
      if (slot === undefined) throw tooManyKeys(most);
      isStored = await this.apiKeyRows.insert({ ...row, slot }, database);
    }
  }

  private async revokeLocked(
    id: ApiKeyId,
    by: AuditSource,
    transaction: Kysely<Schema>,
  ): Promise<(ApiKey & { isSessionOver: boolean }) | undefined> {
    const key = await this.apiKeyRows.lock(id, transaction);
    if (!key || key.revokedAt) return undefined;
    await this.change(key, { revoked_at: toTimestamp(new Date()), slot: null }, transaction);
    await this.record('api-key.revoked', key, by, transaction);
    return {
      ...key,
      isSessionOver: await this.sessionRevocation.markRevokingUnlessHeld(key.sessionId, transaction),
    };
  }

  private record(
    action: AuditAction,
    { id, did }: Pick<ApiKey, 'id' | 'did'>,
    by: AuditSource,
    database: Kysely<Schema>,
  ): Promise<void> {
    return this.auditLog.record({ ...by, action, did, target: { kind: 'api-key', id } }, database);
  }

  private async change(key: StoredApiKey, change: ApiKeyChange, transaction: Kysely<Schema>): Promise<void> {
    if (!(await this.apiKeyRows.change(key, change, transaction))) throw keyChanged();
  }

  /** Changes a key in a transaction. Drops it from the cache also if the commit is ambiguous. */
  private async changing<Result>(
    id: ApiKeyId,
    change: (transaction: Kysely<Schema>) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.database.transact(change);
    } finally {
      this.apiKeyCache.forgetWhere(known => known.id === id);
    }
  }
}
