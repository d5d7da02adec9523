import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { CredentialUse } from '../access/credential-use.ts';
import type { AuditSource } from '../audit/audit-event.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { Config } from '../config/config.ts';
import { digestOf } from '../crypto/secret.ts';
import { Database } from '../database/connection/database.ts';
import type { Schema } from '../database/tables/schema.ts';
import { newId, parseId, TempTokenId } from '../database/tables/id.ts';
import { toTimestamp } from '../database/tables/timestamp.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { counted } from '../errors/counted.ts';
import { Leases } from '../leases/leases.service.ts';
import { decideTempTokenRefusal, RefusedTempToken } from './temp-token-refusal.ts';
import { isResourceId } from './temp-token-scope.ts';
import { TempTokenScopes } from './temp-token-scopes.service.ts';
import { isTempToken, newTempToken, type TempToken } from './temp-token.ts';
import { TempTokenRepository } from './temp-token.repository.ts';

export type TempTokenRequest = {
  readonly scope: string;
  readonly resource: string;
  readonly ttlSeconds: number;
  /** The actor for the audit log, by default the broker. */
  readonly by?: AuditSource;
};

/** A new temp token. `token` is returned only here and stored as a digest. */
export type MintedTempToken = { readonly id: TempTokenId; readonly token: string; readonly expiresAt: Date };

/** The scope and resource that a valid temp token authorizes. */
export type ValidTempToken = Pick<TempToken, 'id' | 'scope' | 'resource'>;

const BROKER: AuditSource = { actor: { kind: 'broker' } };

/** Mints, verifies and deletes temp tokens: short-lived tokens for the routes of one scope and one resource. */
@Injectable()
export class TempTokens {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly tempTokenScopes: TempTokenScopes,
    private readonly tempTokenRows: TempTokenRepository,
    private readonly leases: Leases,
    private readonly auditLog: AuditLog,
  ) {}

  /**
   * Mints a token, in the caller's transaction if there is one.
   *
   * @throws BrokerError `UnknownScope`; `InvalidResource` (not 1 to 128 letters, digits, `_` and `-`); `InvalidLifetime`
   * (not from 1 to the scope's limit); `TooManyTempTokens` if the resource has reached the limit of the settings
   */
  async mint(request: TempTokenRequest, database?: Transaction<Schema>): Promise<MintedTempToken> {
    this.requireMintable(request);
    return this.within(database, transaction => this.mintWithin(request, transaction));
  }

  /**
   * Verifies that a token authorizes a request, and consumes a single-use token.
   *
   * @throws RefusedTempToken with the reason, which responses must not reveal
   * @throws BrokerError `SealedRowUnreadable` if the row was edited
   */
  async verify(token: string, use: Omit<CredentialUse, 'from'>): Promise<ValidTempToken> {
    if (!isTempToken(token)) throw new RefusedTempToken('malformed');
    const found = await this.tempTokenRows.findByDigest(digestOf(token));
    if (!found) throw new RefusedTempToken('not_found');
    const scope = this.tempTokenScopes.find(found.scope);
    const reason = decideTempTokenRefusal(found, scope, use, this.config.basePath);
    if (reason) throw new RefusedTempToken(reason, found);
    if (scope?.singleUse && !(await this.tempTokenRows.consume(found))) {
      throw new RefusedTempToken('consumed', found);
    }
    return { id: found.id, scope: found.scope, resource: found.resource };
  }

  /** Deletes one token. Returns the number of deleted tokens. */
  async delete(text: string, by = BROKER): Promise<number> {
    const id = parseId(TempTokenId, text);
    if (!id) return 0;
    return this.within(undefined, async transaction => {
      const deleted = await this.tempTokenRows.delete(id, transaction);
      const target = { kind: 'temp-token', id } as const;
      if (deleted > 0)
        await this.auditLog.record({ ...by, action: 'temp-token.deleted', target }, transaction);
      return deleted;
    });
  }

  /**
   * Deletes every token of a resource, in the caller's transaction if there is one. Returns their number.
   */
  deleteByResource(
    scope: string,
    resource: string,
    database?: Transaction<Schema>,
    by = BROKER,
  ): Promise<number> {
    return this.within(database, async transaction => {
      const deleted = await this.tempTokenRows.deleteByResource(scope, resource, transaction);
      const event = { action: 'temp-token.deleted', target: { kind: 'temp-token' } } as const;
      if (deleted > 0)
        await this.auditLog.record({ ...by, ...event, detail: { scope, resource, deleted } }, transaction);
      return deleted;
    });
  }

  /** Makes every token of a resource expire within some seconds, in the caller's transaction. */
  endWithin(
    scope: string,
    resource: string,
    seconds: number,
    transaction: Transaction<Schema>,
  ): Promise<void> {
    return this.tempTokenRows.endWithin(scope, resource, seconds, transaction);
  }

  private within<Result>(
    database: Transaction<Schema> | undefined,
    work: (transaction: Transaction<Schema>) => Promise<Result>,
  ): Promise<Result> {
    return database ? work(database) : this.database.transact(work);
  }

  private requireMintable({ scope: name, resource, ttlSeconds }: TempTokenRequest): void {
    const scope = this.tempTokenScopes.find(name);
    if (!scope)
      throw new BrokerError(
        'UnknownScope',
        'scope must be one of those that GET /api/temp-tokens/scopes lists.',
      );
    if (!isResourceId(resource))
      throw new BrokerError('InvalidResource', 'resource must have 1 to 128 letters, digits, _ and -.');
    if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds <= 0 || ttlSeconds > scope.longestSeconds)
      throw new BrokerError('InvalidLifetime', `ttlSeconds must be from 1 to ${scope.longestSeconds}.`);
  }

  private async mintWithin(
    { scope, resource, ttlSeconds, by = BROKER }: TempTokenRequest,
    transaction: Transaction<Schema>,
  ): Promise<MintedTempToken> {
    // Concurrent mints for this resource wait here, so that each counts the others.
    await this.leases.holdWithin(transaction, `temp-tokens/${scope}/${resource}`);
    const { live, readAt } = await this.tempTokenRows.countLive(scope, resource, transaction);
    if (live >= this.config.tempTokensPerResource) throw tooMany(live);
    const token = newTempToken();
    const expiresAt = new Date(readAt.getTime() + ttlSeconds * 1000);
    const row = {
      id: newId(TempTokenId),
      digest: digestOf(token),
      scope,
      resource_id: resource,
      created_at: toTimestamp(readAt),
      expires_at: toTimestamp(expiresAt),
      consumed_at: null,
    };
    await this.tempTokenRows.insert(row, transaction);
    const event = { action: 'temp-token.minted', target: { kind: 'temp-token', id: row.id } } as const;
    await this.auditLog.record({ ...by, ...event, detail: { scope, resource, ttlSeconds } }, transaction);
    return { id: row.id, token, expiresAt };
  }
}

function tooMany(live: number): BrokerError {
  return new BrokerError(
    'TooManyTempTokens',
    `The limit of ${counted(live, 'temp token')} for this resource is reached. Delete one, or wait until one expires.`,
  );
}
