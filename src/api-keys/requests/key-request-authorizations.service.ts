import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import type { KeyRequestId } from '../../database/tables/id.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { Log } from '../../observability/log/log.ts';
import { ScopeShortfalls } from '../../sessions/stored/scope-shortfalls.service.ts';
import type { NewGrant } from '../../sessions/stored/new-grant.ts';
import type { Session } from '../../sessions/stored/session.ts';
import { Sessions } from '../../sessions/use/sessions.service.ts';
import { FailPoints } from '../../single-use/fail-points.service.ts';
import { ApiKeys } from '../keys/api-keys.service.ts';
import { newClaimCode } from './rules/claim-code.ts';
import type { KeyRequest, StoredKeyRequest } from './rules/key-request.ts';
import { KeyRequestTransitions } from './stored/key-request-transitions.service.ts';
import { notPending } from './rules/key-request-refusals.ts';
import { KeyRequests } from './key-requests.service.ts';

/** A request that its owner has just authorized, with its claim code, which nothing else returns. */
export type AuthorizedKeyRequest = Pick<KeyRequest, 'id' | 'name' | 'loopback' | 'expiresAt'> & {
  readonly code: string;
};

/** Adopts the grants that owners authorize for key requests. */
@Injectable()
export class KeyRequestAuthorizations {
  constructor(
    private readonly keyRequests: KeyRequests,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly apiKeys: ApiKeys,
    private readonly sessions: Sessions,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly failPoints: FailPoints,
    private readonly log: Log,
  ) {}

  /**
   * Makes the session of a grant a request's, which holds it until its claim or end. If this throws, the caller abandons
   * the grant.
   *
   * @throws BrokerError `NotFound`, `KeyRequestNotPending`, `KeyRequestEnded`, `WrongAccount`, `AccountNotAllowed`,
   * `ScopeExceeded`, `LoginRefused` without `atproto`, `TooManyApiKeys`
   */
  async adoptGrant(id: KeyRequestId, newGrant: NewGrant, by: AuditSource): Promise<AuthorizedKeyRequest> {
    const { grant } = newGrant;
    await this.failPoints.at('request_granted');
    await this.keyRequests.requireFittingGrant(id, grant, by);
    const code = newClaimCode();
    const { session, ...request } = await this.keyRequestTransitions.withLocked(id, (locked, transaction) =>
      this.store(locked, { newGrant, code, by }, transaction),
    );
    await this.failPoints.at('request_authorized');
    this.log.keyRequestAuthorized({ did: grant.did, keyRequestId: id, sessionId: session.id });
    this.scopeShortfalls.reportGrant(session, 'key_request');
    return { ...request, code };
  }

  private async store(
    request: StoredKeyRequest,
    { newGrant, code, by }: { newGrant: NewGrant; code: string; by: AuditSource },
    transaction: Transaction<Schema>,
  ): Promise<Omit<AuthorizedKeyRequest, 'code'> & { session: Session }> {
    if (request.status !== 'pending') throw notPending(request);
    await this.apiKeys.requireRoom(newGrant.grant.did, transaction);
    const { id, handle, scope: askedScope, name, loopback, expiresAt } = request;
    const session = await this.sessions.adopt(
      newGrant,
      { handle, purpose: 'api_key', askedScope },
      transaction,
    );
    await this.keyRequestTransitions.authorize(request, { session, code, by }, transaction);
    return { id, name, loopback, expiresAt, session };
  }
}
