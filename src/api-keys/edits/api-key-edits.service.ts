import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { AuditEvent, AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { Log } from '../../observability/log/log.ts';
import { graceOf, statusOf, type StoredApiKey } from '../keys/api-key.ts';
import { type ApiKeyChange, ApiKeyRepository, type ListedApiKey } from '../keys/api-key.repository.ts';
import { keyChanged, keyEnded } from '../keys/api-key-refusals.ts';
import { ApiKeyCache } from '../keys/api-key.cache.ts';
import { type ApiKeyOwner, ApiKeys } from '../keys/api-keys.service.ts';

/** A change of a key, with its audit event. */
type Edit = { readonly change: ApiKeyChange } & Pick<AuditEvent, 'action' | 'detail'>;

/** Changes keys without giving them new secrets. */
@Injectable()
export class ApiKeyEdits {
  constructor(
    private readonly database: Database,
    private readonly apiKeys: ApiKeys,
    private readonly apiKeyRows: ApiKeyRepository,
    private readonly apiKeyCache: ApiKeyCache,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /**
   * Renames a key. Returns it with its new name.
   *
   * @throws BrokerError `NotFound`, `ApiKeyEnded`
   */
  async rename(text: string, owner: ApiKeyOwner, name: string, by: AuditSource): Promise<ListedApiKey> {
    const listed = await this.apiKeys.get(text, owner);
    const status = statusOf(listed.key, listed.session, new Date());
    if (status === 'expired' || status === 'revoked') throw keyEnded(status);
    const renamed = await this.edit(listed, by, key =>
      key.name === name
        ? undefined
        : { change: { name }, action: 'api-key.renamed', detail: { from: key.name, to: name } },
    );
    if (renamed) this.log.apiKeyRenamed({ did: renamed.did, apiKeyId: renamed.id });
    return { ...listed, key: { ...listed.key, name } };
  }

  /**
   * Ends the grace of the secret before the last rotation: it stops at once here, and within five seconds at other
   * instances. Changes nothing if that secret no longer works.
   *
   * @throws BrokerError `NotFound`
   */
  async endPreviousSecret(text: string, owner: ApiKeyOwner, by: AuditSource): Promise<void> {
    const listed = await this.apiKeys.get(text, owner);
    const ended = await this.edit(listed, by, (key, now) =>
      graceOf(key, statusOf(key, listed.session, now), now) === null
        ? undefined
        : {
            change: { previous_digest: null, previous_until: null },
            action: 'api-key.previous-secret-ended',
          },
    );
    if (ended) this.log.previousSecretEnded({ did: ended.did, apiKeyId: ended.id });
  }

  /** Changes the locked row as `decide` says. Returns the key as it was, or undefined if nothing was to change. */
  private async edit(
    { key: { id, did } }: ListedApiKey,
    by: AuditSource,
    decide: (key: StoredApiKey, now: Date) => Edit | undefined,
  ): Promise<StoredApiKey | undefined> {
    const change = async (transaction: Kysely<Schema>): Promise<StoredApiKey | undefined> => {
      const key = await this.apiKeyRows.lock(id, transaction);
      const edit = key && decide(key, new Date());
      if (!key || !edit) return undefined;
      const { change, ...event } = edit;
      if (!(await this.apiKeyRows.change(key, change, transaction))) throw keyChanged();
      await this.auditLog.record({ ...by, ...event, did, target: { kind: 'api-key', id } }, transaction);
      return key;
    };
    try {
      return await this.database.transact(change);
    } finally {
      // Also if the commit is ambiguous.
      this.apiKeyCache.forgetWhere(known => known.id === id);
    }
  }
}
