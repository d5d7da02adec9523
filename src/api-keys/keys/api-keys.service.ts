import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { AuditAction } from '../../audit/audit-action.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { newApiKeySecret, startOf } from '../../crypto/api-key-secret.ts';
import { digestOf } from '../../crypto/secret.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { ApiKeyId, newId, parseId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { SessionRevocation } from '../../sessions/endings/session-revocation.service.ts';
import { Sessions } from '../../sessions/use/sessions.service.ts';
import { type ApiKey, type ApiKeyRow, graceEndOf, statusOf, type StoredApiKey } from './api-key.ts';
import {
  type ApiKeyChange,
  type ApiKeyQuery,
  ApiKeyRepository,
  type ListedApiKey,
} from './api-key.repository.ts';
import { keyChanged, keyEnded, tooManyKeys } from './api-key-refusals.ts';
import { ApiKeyCache } from './api-key.cache.ts';
import { freeSlot } from './slots.ts';

/** What a new key is for, and which session it acts through. */
export type NewApiKey = Pick<ApiKey, 'did' | 'sessionId' | 'name' | 'scope' | 'expiresAt'>;

/** A key with its secret, which is shown this once and stored as a digest only. */
export type IssuedApiKey = Pick<ApiKey, 'id' | 'start' | 'did' | 'name' | 'scope' | 'expiresAt'> & {
  readonly secret: string;
};

/** Whose keys a caller may look after: one account's, or everybody's where it is `undefined`. */
export type KeyOwner = Did | undefined;

/** The life of API keys: issued, listed, rotated, revoked. */
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
   * Issues a key that holds a session, in a transaction of the caller's.
   *
   * @throws BrokerError `ReauthorizationRequired` when the session is not active or not the account's, `TooManyApiKeys`
   */
  async issue(key: NewApiKey, by: AuditSource, database: Kysely<Schema>): Promise<IssuedApiKey> {
    const { did, sessionId, name, scope, expiresAt } = key;
    await this.sessions.addHolder({ id: sessionId, did }, database);
    await this.apiKeyRows.freeSlots(did, database);
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
    };
    await this.store(row, database);
    await this.record('api-key.issued', { id, did }, by, database);
    return { id, secret, start: row.start, did, name, scope, expiresAt };
  }

  /**
   * Sees to it that an account may have one more key, as far as can be said before it is issued.
   *
   * @throws BrokerError `TooManyApiKeys`
   */
  async requireRoom(did: Did, database: Kysely<Schema>): Promise<void> {
    const most = this.config.keysPerAccount;
    await this.apiKeyRows.freeSlots(did, database);
    if (freeSlot(await this.apiKeyRows.listSlots(did, database), most) === undefined) throw tooManyKeys(most);
  }

  /** Lists a page of keys, and where the next one begins. */
  async list(query: ApiKeyQuery): Promise<{ keys: ListedApiKey[]; cursor?: string }> {
    const keys = await this.apiKeyRows.list(query);
    const last = keys.at(-1);
    return keys.length === query.limit && last ? { keys, cursor: last.key.id } : { keys };
  }

  /**
   * Finds a key with its session's status; another account's key is as good as none.
   *
   * @throws BrokerError `NotFound`
   */
  async get(id: string, owner: KeyOwner): Promise<ListedApiKey> {
    const apiKeyId = parseId(ApiKeyId, id);
    const found = apiKeyId && (await this.apiKeyRows.find(apiKeyId));
    if (found && (owner === undefined || owner === found.key.did)) return found;
    throw new BrokerError('NotFound', 'There is no such key.');
  }

  /**
   * Gives a key a new secret. The old one works beside it for `graceSeconds`, and never past the key's end; the one before
   * that ends at once.
   *
   * @throws BrokerError `NotFound`, `ApiKeyEnded`, `ApiKeyChanged` when another change came first
   */
  async rotate(text: string, owner: KeyOwner, graceSeconds: number, by: AuditSource): Promise<IssuedApiKey> {
    const { key, session, scope } = await this.get(text, owner);
    const { id, did, name, expiresAt } = key;
    const now = new Date();
    const status = statusOf(key, session, now);
    if (status === 'expired' || status === 'revoked') throw keyEnded(status);
    const secret = newApiKeySecret();
    const until = graceSeconds > 0 ? toTimestamp(graceEndOf(key, graceSeconds, now)) : null;
    const columns = secretColumnsOf(secret);
    const change = {
      ...columns,
      previous_digest: until === null ? null : key.row.digest,
      previous_until: until,
    };
    await this.changing(id, async transaction => {
      await this.change(key, change, transaction);
      await this.record('api-key.rotated', key, by, transaction);
    });
    this.log.apiKeyRotated({ did, apiKeyId: id, previousUntil: until });
    return { id, secret, start: columns.start, did, name, scope, expiresAt };
  }

  /**
   * Ends a key: from now on it opens nothing, and the session that it was the last to hold is revoked at its issuer, which
   * has a moment to answer before this resolves. A key that is over already stays as it is.
   *
   * @throws BrokerError `NotFound`
   */
  async revoke(text: string, owner: KeyOwner, by: AuditSource): Promise<void> {
    const { id } = (await this.get(text, owner)).key;
    const revoked = await this.changing(id, transaction => this.end(id, by, transaction));
    if (!revoked) return;
    const { did, sessionId, isSessionOver } = revoked;
    this.log.apiKeyRevoked({ did, apiKeyId: id, sessionId });
    if (isSessionOver) await this.sessionRevocation.revokeMarked(sessionId);
  }

  /** Stores a key in a free slot of its account's; who takes the same one at the same moment has to look for another. */
  private async store(row: Omit<ApiKeyRow, 'mac' | 'slot'>, database: Kysely<Schema>): Promise<void> {
    const most = this.config.keysPerAccount;
    let isStored = false;
    while (!isStored) {
      const slot = freeSlot(await this.apiKeyRows.listSlots(row.did, database), most);
      if (slot === undefined) throw tooManyKeys(most);
      isStored = await this.apiKeyRows.insert({ ...row, slot }, database);
    }
  }

  private async end(
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

  /** Changes a key in a transaction; what is known of it is forgotten even where nobody can tell whether that was committed. */
  private async changing<Result>(
    id: ApiKeyId,
    change: (transaction: Kysely<Schema>) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.database.transaction().execute(change);
    } finally {
      this.apiKeyCache.forgetWhere(known => known.id === id);
    }
  }
}

function secretColumnsOf(secret: string): { start: string; digest: string } {
  return { start: startOf(secret), digest: digestOf(secret) };
}
