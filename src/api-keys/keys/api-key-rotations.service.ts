import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { newApiKeySecret } from '../../crypto/api-key-secret.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { Log } from '../../observability/log/log.ts';
import { graceEndOf, secretColumnsOf, statusOf } from './api-key.ts';
import { type ApiKeyChange, ApiKeyRepository, type ListedApiKey } from './api-key.repository.ts';
import { keyChanged, keyEnded } from './api-key-refusals.ts';
import { ApiKeyCache } from './api-key.cache.ts';
import { type ApiKeyOwner, ApiKeys, type IssuedApiKey } from './api-keys.service.ts';
import { IssuedSecrets } from './issued-secrets.service.ts';
import { otherRotation, type Repetition, type Rotation, rotationRepetition } from './repetition.ts';

/** The new secret of a key, and the change of its row. */
type NewSecret = { readonly issued: IssuedApiKey; readonly change: ApiKeyChange };

/** Gives keys new secrets. */
@Injectable()
export class ApiKeyRotations {
  constructor(
    private readonly database: Database,
    private readonly apiKeys: ApiKeys,
    private readonly apiKeyRows: ApiKeyRepository,
    private readonly apiKeyCache: ApiKeyCache,
    private readonly issuedSecrets: IssuedSecrets,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /**
   * Gives a key a new secret. The old one works for another `graceSeconds`, at most until the key's expiry. The one before
   * stops at once. A rotation that has a name returns the same secret when it is repeated within five minutes.
   *
   * @throws BrokerError `NotFound`, `ApiKeyEnded`, `ApiKeyChanged` after a concurrent change, `IdempotencyKeyReused`
   */
  async rotate(text: string, owner: ApiKeyOwner, rotation: Rotation, by: AuditSource): Promise<IssuedApiKey> {
    const listed = await this.apiKeys.get(text, owner);
    const { id, did } = listed.key;
    const repetition = rotationRepetition(listed.key, rotation);
    const next = newSecretOf(listed, rotation, new Date());
    try {
      const { issued, isNew } = await this.database.transact(async transaction => {
        await this.apiKeyRows.lock(id, transaction);
        const repeated = repetition && (await this.repeat(repetition, rotation, by, transaction));
        if (repeated) return { issued: { ...repeated, scope: listed.scope }, isNew: false };
        requireRotatable(listed, rotation);
        if (!(await this.apiKeyRows.change(listed.key, next.change, transaction))) throw keyChanged();
        if (repetition && !(await this.issuedSecrets.keep(next.issued, repetition, transaction)))
          throw otherRotation(rotation);
        const event = { action: 'api-key.rotated', did, target: { kind: 'api-key', id } } as const;
        await this.auditLog.record({ ...by, ...event }, transaction);
        return { issued: next.issued, isNew: true };
      });
      if (isNew)
        this.log.apiKeyRotated({ did, apiKeyId: id, previousUntil: next.change.previous_until ?? null });
      return issued;
    } finally {
      this.apiKeyCache.forgetWhere(known => known.id === id);
    }
  }

  private async repeat(
    repetition: Repetition,
    rotation: Rotation,
    by: AuditSource,
    transaction: Kysely<Schema>,
  ): Promise<IssuedApiKey | undefined> {
    const found = await this.issuedSecrets.find(repetition, transaction);
    if (!found) return undefined;
    if (found.fingerprint !== repetition.fingerprint) throw otherRotation(rotation);
    await this.issuedSecrets.recordRepetition(found.issued, by, transaction);
    return found.issued;
  }
}

/** @throws BrokerError `ApiKeyEnded`; `ApiKeyChanged` if the key has another secret than the one to replace */
function requireRotatable({ key, session }: ListedApiKey, { start }: Rotation): void {
  const status = statusOf(key, session, new Date());
  if (status === 'expired' || status === 'revoked') throw keyEnded(status);
  if (start !== undefined && key.start !== start) throw keyChanged();
}

function newSecretOf(
  { key, scope, needsOwnerBy }: ListedApiKey,
  { graceSeconds }: Rotation,
  now: Date,
): NewSecret {
  const { id, did, name, expiresAt } = key;
  const secret = newApiKeySecret();
  const columns = secretColumnsOf(secret);
  const until = graceSeconds > 0 ? toTimestamp(graceEndOf(key, graceSeconds, now)) : null;
  const previous_digest = until === null ? null : key.row.digest;
  return {
    issued: { id, secret, start: columns.start, did, name, scope, expiresAt, needsOwnerBy },
    change: { ...columns, previous_digest, previous_until: until },
  };
}
