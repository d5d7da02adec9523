import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { startOf } from '../../crypto/api-key-secret.ts';
import type { SessionId } from '../../database/tables/id.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { ApiKeyRepository } from './api-key.repository.ts';
import type { IssuedApiKey } from './api-keys.service.ts';
import { IssuedSecretRepository } from './issued-secret.repository.ts';
import type { Repetition } from './repetition.ts';

/** A key that an earlier request issued. */
export type RepeatedApiKey = {
  readonly issued: IssuedApiKey;
  readonly sessionId: SessionId;
  /** Of the earlier request. */
  readonly fingerprint: string;
};

/** Makes requests that issue a secret repeatable: for five minutes a repetition returns the same secret. */
@Injectable()
export class IssuedSecrets {
  constructor(
    private readonly issuedSecretRows: IssuedSecretRepository,
    private readonly apiKeyRows: ApiKeyRepository,
    private readonly auditLog: AuditLog,
  ) {}

  /** Keeps the secret of a key, in the transaction that issues it. Returns false if the id names another request. */
  keep(
    { id: apiKeyId, secret }: Pick<IssuedApiKey, 'id' | 'secret'>,
    repetition: Repetition,
    transaction: Kysely<Schema>,
  ): Promise<boolean> {
    return this.issuedSecretRows.insert({ ...repetition, apiKeyId, secret }, transaction);
  }

  /** Finds what an earlier request issued, unless the key has changed since. Locks the key. */
  async find({ id }: Repetition, transaction: Kysely<Schema>): Promise<RepeatedApiKey | undefined> {
    const kept = await this.issuedSecretRows.find(id, transaction);
    const key = kept && (await this.apiKeyRows.lock(kept.apiKeyId, transaction));
    if (!key || key.revokedAt || key.start !== startOf(kept.secret)) return undefined;
    const listed = await this.apiKeyRows.find(key.id, transaction);
    if (!listed) return undefined;
    const { did, name, scope, start, expiresAt, sessionId } = key;
    const { needsOwnerBy } = listed;
    const issued = { id: key.id, secret: kept.secret, start, did, name, scope, expiresAt, needsOwnerBy };
    return { issued, sessionId, fingerprint: kept.fingerprint };
  }

  /** Records that a secret was told again. */
  async recordRepetition(
    { id, did }: Pick<IssuedApiKey, 'id' | 'did'>,
    by: AuditSource,
    transaction: Kysely<Schema>,
  ): Promise<void> {
    const event = { action: 'api-key.secret-repeated', did, target: { kind: 'api-key', id } } as const;
    await this.auditLog.record({ ...by, ...event }, transaction);
  }
}
