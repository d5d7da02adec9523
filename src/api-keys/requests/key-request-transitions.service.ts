import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { SessionRevocation } from '../../sessions/endings/session-revocation.service.ts';
import { TempTokens } from '../../temp-tokens/temp-tokens.service.ts';
import type { StoredKeyRequest } from './key-request.ts';
import { KEY_REQUEST_SCOPE } from './key-request-scope.ts';
import { type KeyRequestChange, KeyRequestRepository } from './key-request.repository.ts';

/** How a request ends that becomes no key. */
export type KeyRequestEnd = {
  readonly status: 'denied' | 'expired';
  readonly reason: 'denied' | 'expired' | 'too_many_tries';
  readonly by: AuditSource;
  readonly change?: KeyRequestChange;
};

/** Ends requests: what they held is let go of, and nobody has a token for them any more. */
@Injectable()
export class KeyRequestTransitions {
  constructor(
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly tempTokens: TempTokens,
    private readonly sessionRevocation: SessionRevocation,
    private readonly auditLog: AuditLog,
  ) {}

  /**
   * Ends a request that was locked in this transaction; answers the session that is to be finished once it is committed.
   */
  async end(
    request: StoredKeyRequest,
    { status, reason, by, change = {} }: KeyRequestEnd,
    transaction: Transaction<Schema>,
  ): Promise<SessionId | undefined> {
    await this.changeLocked(request, { ...change, status }, transaction);
    await this.deleteTokens(request, by, transaction);
    const { id, did, sessionId } = request;
    const target = { kind: 'key-request', id } as const;
    const event = { ...by, action: `key-request.${status}`, did, target, detail: { reason } } as const;
    await this.auditLog.record(event, transaction);
    if (sessionId === null) return undefined;
    return (await this.sessionRevocation.markRevokingUnlessHeld(sessionId, transaction))
      ? sessionId
      : undefined;
  }

  /** Ends the tokens of a request that nobody has to wait for any more. */
  async deleteTokens(
    { id }: StoredKeyRequest,
    by: AuditSource,
    transaction: Transaction<Schema>,
  ): Promise<void> {
    await this.tempTokens.deleteByResource(KEY_REQUEST_SCOPE.name, id, transaction, by);
  }

  async changeLocked(
    request: StoredKeyRequest,
    change: KeyRequestChange,
    transaction: Transaction<Schema>,
  ): Promise<void> {
    if (await this.keyRequestRows.change(request, change, transaction)) return;
    throw new BrokerError('InternalError', 'A locked key request was changed by somebody else.');
  }

  /** Revokes a session that an ended request held, at its issuer. */
  async finish(sessionId: SessionId | undefined): Promise<void> {
    if (sessionId !== undefined) await this.sessionRevocation.revokeMarked(sessionId);
  }
}
