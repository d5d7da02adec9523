import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { KeyRequestId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { requireAllowedAccount } from '../../identity/resolution/allowed-accounts.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { Log } from '../../observability/log/log.ts';
import { FailPoints } from '../../single-use/fail-points.service.ts';
import { ScopeShortfalls } from '../../sessions/stored/scope-shortfalls.service.ts';
import type { Session } from '../../sessions/stored/session.ts';
import { Sessions } from '../../sessions/use/sessions.service.ts';
import { ApiKeys } from '../keys/api-keys.service.ts';
import { newClaimCode } from './claim-code.ts';
import { ClaimCodes } from './claim-codes.service.ts';
import { decideGrantRefusal } from './grant-refusal.ts';
import type { KeyRequest } from './key-request.ts';
import { KeyRequestTransitions } from './key-request-transitions.service.ts';
import { noSuchRequest, notPending } from './key-request-refusals.ts';
import { KeyRequestRepository } from './key-request.repository.ts';
import { KeyRequests } from './key-requests.service.ts';

/** A request that its owner has just authorized, and the code to claim the key with, which nobody is ever told again. */
export type AuthorizedKeyRequest = Pick<KeyRequest, 'id' | 'name' | 'loopback' | 'expiresAt'> & {
  readonly code: string;
};

/** Takes the grants that owners authorize for key requests. */
@Injectable()
export class KeyRequestAuthorizations {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly keyRequests: KeyRequests,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly claimCodes: ClaimCodes,
    private readonly apiKeys: ApiKeys,
    private readonly sessions: Sessions,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly failPoints: FailPoints,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /**
   * Stores a grant as the session of a request, which holds it until it is claimed or ends. All of it or nothing: who calls
   * this revokes a grant that was refused.
   *
   * @throws BrokerError `NotFound`, `KeyRequestNotPending`, `KeyRequestEnded`; `WrongAccount`, `AccountNotAllowed`,
   * `ScopeExceeded`, `LoginRefused` without `atproto`; `TooManyApiKeys`
   */
  async take(id: KeyRequestId, grant: Grant, by: AuditSource): Promise<AuthorizedKeyRequest> {
    await this.failPoints.at('request_granted');
    this.requireFitting(await this.keyRequests.getPending(id), grant, by);
    const code = newClaimCode();
    const { session, ...request } = await this.database
      .transaction()
      .execute(transaction => this.store(id, { grant, code, by }, transaction));
    await this.failPoints.at('request_authorized');
    this.log.keyRequestAuthorized({ did: grant.did, keyRequestId: id, sessionId: session.id });
    this.scopeShortfalls.reportGrant(session, 'key_request');
    return { ...request, code };
  }

  private requireFitting({ id, did, scope }: KeyRequest, grant: Grant, by: AuditSource): void {
    if (grant.did !== did) {
      const target = { kind: 'key-request', id } as const;
      const detail = { authorizedBy: grant.did };
      this.auditLog.note({ ...by, action: 'key-request.wrong-account', did, target, detail });
      throw new BrokerError(
        'WrongAccount',
        'Another account was authorized than the one that is asked for a key.',
      );
    }
    requireAllowedAccount(did, this.config);
    const refusal = decideGrantRefusal(scope, grant.scope);
    if (refusal) throw refusal;
  }

  private async store(
    id: KeyRequestId,
    { grant, code, by }: { grant: Grant; code: string; by: AuditSource },
    transaction: Transaction<Schema>,
  ): Promise<Omit<AuthorizedKeyRequest, 'code'> & { session: Session }> {
    const request = await this.keyRequestRows.lock(id, transaction);
    if (!request) throw noSuchRequest();
    if (request.status !== 'pending') throw notPending(request);
    await this.apiKeys.requireRoom(grant.did, transaction);
    const { handle, scope: askedScope } = request;
    const life = { handle, purpose: 'api_key', askedScope } as const;
    const session = await this.sessions.create(grant, life, transaction);
    const { id: sessionId, scope } = session;
    const change = { status: 'authorized', scope, session_id: sessionId } as const;
    await this.keyRequestTransitions.changeLocked(
      request,
      { ...change, code_digest: this.claimCodes.digest(id, code) },
      transaction,
    );
    const target = { kind: 'key-request', id } as const;
    const event = { ...by, action: 'key-request.authorized', did: grant.did, target } as const;
    await this.auditLog.record({ ...event, detail: { scope, session: sessionId } }, transaction);
    const { name, loopback, expiresAt } = request;
    return { id, name, loopback, expiresAt, session };
  }
}
