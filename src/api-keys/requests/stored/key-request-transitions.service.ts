import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { AuditAction } from '../../../audit/audit-action.ts';
import type { AuditEvent, AuditSource } from '../../../audit/audit-event.ts';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { Database } from '../../../database/connection/database.ts';
import { type ApiKeyId, KeyRequestId, newId, type SessionId } from '../../../database/tables/id.ts';
import type { Schema } from '../../../database/tables/schema.ts';
import { BrokerError } from '../../../errors/broker-error.ts';
import type { Account } from '../../../identity/resolution/identity.service.ts';
import { Leases } from '../../../leases/leases.service.ts';
import { SessionRevocation } from '../../../sessions/endings/session-revocation.service.ts';
import type { Session } from '../../../sessions/stored/session.ts';
import { TempTokens } from '../../../temp-tokens/temp-tokens.service.ts';
import { REPEATABLE_SECONDS } from '../../keys/repetition.ts';
import type { KeyRequestInput } from '../rules/key-request-input.ts';
import {
  type CreatedKeyRequest,
  KEY_REQUEST_SECONDS,
  type KeyRequest,
  type StoredKeyRequest,
  toNewKeyRequestRow,
} from '../rules/key-request.ts';
import { noSuchRequest, tooManyPending } from '../rules/key-request-refusals.ts';
import { type KeyRequestChange, KeyRequestRepository } from './key-request.repository.ts';
import { KEY_REQUEST_SCOPE } from '../rules/key-request-scope.ts';

/** The end of a request that becomes no key. */
export type KeyRequestEnd = {
  readonly status: 'denied' | 'expired';
  readonly reason: 'denied' | 'expired' | 'too_many_tries';
  readonly by: AuditSource;
  readonly change?: KeyRequestChange;
};

/**
 * Moves key requests from one status to the next. Each step changes the row, the request's temp tokens and the audit log
 * in one transaction. Every step but the first needs the lock on the row: {@link withLocked}.
 */
@Injectable()
export class KeyRequestTransitions {
  constructor(
    private readonly database: Database,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly leases: Leases,
    private readonly tempTokens: TempTokens,
    private readonly sessionRevocation: SessionRevocation,
    private readonly auditLog: AuditLog,
  ) {}

  /**
   * Stores a pending request with its temp token.
   *
   * @throws BrokerError `TooManyKeyRequests` if `mostPending` requests are pending
   */
  create(
    input: KeyRequestInput,
    { did, handle }: Account,
    mostPending: number,
    by: AuditSource,
  ): Promise<CreatedKeyRequest> {
    return this.database.transact(async transaction => {
      // Concurrent creations wait here, so that each counts the others.
      await this.leases.holdWithin(transaction, 'key-requests');
      const pending = await this.keyRequestRows.countPending(transaction);
      if (pending >= mostPending) throw tooManyPending(mostPending);
      const id = newId(KeyRequestId);
      const { token, expiresAt } = await this.tempTokens.mint(
        { scope: KEY_REQUEST_SCOPE.name, resource: id, ttlSeconds: KEY_REQUEST_SECONDS, by },
        transaction,
      );
      const row = toNewKeyRequestRow({ ...input, id, did, handle, askedFrom: by.from ?? '', expiresAt });
      await this.keyRequestRows.insert(row, transaction);
      const { name, scope } = input;
      await this.record('key-request.created', { id, did }, { by, detail: { name, scope } }, transaction);
      return { id, did, scope, expiresAt, tempToken: token };
    });
  }

  /**
   * Runs `work` in a transaction that holds the lock on a request.
   *
   * @throws BrokerError `NotFound`
   */
  withLocked<Result>(
    id: KeyRequestId,
    work: (request: StoredKeyRequest, transaction: Transaction<Schema>) => Promise<Result>,
  ): Promise<Result> {
    return this.database.transact(async transaction => {
      const request = await this.keyRequestRows.lock(id, transaction);
      if (!request) throw noSuchRequest();
      return work(request, transaction);
    });
  }

  /** Gives a pending request the session of its grant, and its claim code. */
  async authorize(
    request: StoredKeyRequest,
    { session, code, by }: { session: Session; code: string; by: AuditSource },
    transaction: Transaction<Schema>,
  ): Promise<void> {
    const { id: sessionId, scope } = session;
    const code_digest = this.keyRequestRows.macOfCode(request.id, code);
    const change = { status: 'authorized', scope, session_id: sessionId, code_digest } as const;
    await this.change(request, change, transaction);
    const detail = { scope, session: sessionId };
    await this.record('key-request.authorized', request, { by, detail }, transaction);
  }

  /** Ends an authorized request, whose key was issued. Its temp tokens stay for the time in which the claim can be repeated. */
  async claim(
    request: StoredKeyRequest,
    { apiKeyId, by }: { apiKeyId: ApiKeyId; by: AuditSource },
    transaction: Transaction<Schema>,
  ): Promise<void> {
    await this.change(request, { status: 'claimed', api_key_id: apiKeyId }, transaction);
    await this.tempTokens.endWithin(KEY_REQUEST_SCOPE.name, request.id, REPEATABLE_SECONDS, transaction);
    await this.record('key-request.claimed', request, { by, detail: { apiKey: apiKeyId } }, transaction);
  }

  /**
   * Counts a wrong code. The last try ends the request.
   *
   * @returns the session to revoke after the commit, as {@link endWithoutKey}
   */
  async countWrongCode(
    request: StoredKeyRequest,
    { isLast, by }: { isLast: boolean; by: AuditSource },
    transaction: Transaction<Schema>,
  ): Promise<SessionId | undefined> {
    const change = { tries: request.tries + 1 };
    await this.record('key-request.wrong-code', request, { by, detail: change }, transaction);
    if (isLast)
      return this.endWithoutKey(
        request,
        { status: 'denied', reason: 'too_many_tries', by, change },
        transaction,
      );
    await this.change(request, change, transaction);
    return undefined;
  }

  /**
   * Ends a request without a key.
   *
   * @returns the session that nothing holds any longer, for {@link revokeSession} after the commit
   */
  async endWithoutKey(
    request: StoredKeyRequest,
    { status, reason, by, change = {} }: KeyRequestEnd,
    transaction: Transaction<Schema>,
  ): Promise<SessionId | undefined> {
    await this.change(request, { ...change, status }, transaction);
    await this.deleteTokens(request, by, transaction);
    await this.record(`key-request.${status}`, request, { by, detail: { reason } }, transaction);
    const { sessionId } = request;
    if (sessionId === null) return undefined;
    const isMarked = await this.sessionRevocation.markRevokingUnlessHeld(sessionId, transaction);
    return isMarked ? sessionId : undefined;
  }

  /** Revokes the session of an ended request at its issuer, if it had one. */
  async revokeSession(sessionId: SessionId | undefined): Promise<void> {
    if (sessionId !== undefined) await this.sessionRevocation.revokeMarked(sessionId);
  }

  private async change(
    request: StoredKeyRequest,
    change: KeyRequestChange,
    transaction: Transaction<Schema>,
  ): Promise<void> {
    if (await this.keyRequestRows.change(request, change, transaction)) return;
    throw new BrokerError('InternalError', 'A locked key request was changed by another process.');
  }

  private async deleteTokens(
    { id }: StoredKeyRequest,
    by: AuditSource,
    transaction: Transaction<Schema>,
  ): Promise<void> {
    await this.tempTokens.deleteByResource(KEY_REQUEST_SCOPE.name, id, transaction, by);
  }

  private record(
    action: AuditAction & `key-request.${string}`,
    { id, did }: Pick<KeyRequest, 'id' | 'did'>,
    { by, detail }: { by: AuditSource; detail: NonNullable<AuditEvent['detail']> },
    transaction: Transaction<Schema>,
  ): Promise<void> {
    const target = { kind: 'key-request', id } as const;
    return this.auditLog.record({ ...by, action, did, target, detail }, transaction);
  }
}
