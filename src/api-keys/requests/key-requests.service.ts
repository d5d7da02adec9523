import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../access/principal.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { KeyRequestId, parseId } from '../../database/tables/id.ts';
import { BrokerError, sessionSuspended } from '../../errors/broker-error.ts';
import { networkOf } from '../../http/edge/address-limit.ts';
import { createRateLimit, type RateLimit } from '../../http/edge/rate-limit.ts';
import { requireAllowedAccount } from '../../identity/resolution/allowed-accounts.ts';
import { parseAccountName } from '../../identity/resolution/identifier.ts';
import { IdentityService } from '../../identity/resolution/identity.service.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { Log } from '../../observability/log/log.ts';
import { FailPoints } from '../../single-use/fail-points.service.ts';
import { TempTokenScopes } from '../../temp-tokens/temp-token-scopes.service.ts';
import { decideGrantRefusal } from './rules/grant-refusal.ts';
import type { KeyRequestInput } from './rules/key-request-input.ts';
import { type CreatedKeyRequest, isOpen, type KeyRequest } from './rules/key-request.ts';
import { KeyRequestTransitions } from './stored/key-request-transitions.service.ts';
import { ended, keyRequestsOff, noSuchRequest, notPending } from './rules/key-request-refusals.ts';
import { KeyRequestRepository } from './stored/key-request.repository.ts';
import { KEY_REQUEST_SCOPE } from './rules/key-request-scope.ts';
import { decideRequestedScope } from './rules/requested-scope.ts';

/** Requests for API keys: created, read, approved and denied. */
@Injectable()
export class KeyRequests implements OnModuleInit {
  /** Limits per requester, per account and in all: each request looks up an account at other servers. */
  private readonly perAddress: RateLimit | undefined;
  private readonly perAccount: RateLimit | undefined;
  private readonly overall: RateLimit | undefined;

  constructor(
    private readonly config: Config,
    private readonly identityService: IdentityService,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly tempTokenScopes: TempTokenScopes,
    private readonly failPoints: FailPoints,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {
    this.perAddress = createRateLimit(config.limits.keyRequests);
    this.perAccount = createRateLimit(config.limits.keyRequests);
    this.overall = createRateLimit(config.limits.logins);
  }

  onModuleInit(): void {
    this.tempTokenScopes.register(KEY_REQUEST_SCOPE);
  }

  /**
   * Creates a request. The result reveals only public facts about the account.
   *
   * @throws BrokerError `KeyRequestsOff`; `AuthenticationRequired` or `Forbidden` if only signed-in browsers may request;
   * `InvalidRequest` for a scope that keys may not be given, or a loopback URL of this broker; `TooManyRequests`;
   * `TooManyKeyRequests`; `AccountNotAllowed`; and the errors of {@link IdentityService.resolve}
   */
  async create(input: KeyRequestInput, caller: Principal, by: AuditSource): Promise<CreatedKeyRequest> {
    this.requireAllowedRequest(input, caller);
    const scope = decideRequestedScope(input.scope, this.config);
    const name = parseAccountName(input.identifier);
    await this.perAddress?.consume(networkOf(by.from ?? ''));
    await this.perAccount?.consume(name);
    await this.overall?.consume('all');
    const account = await this.identityService.resolve(name);
    if (account.did !== name) await this.perAccount?.consume(account.did);
    requireAllowedAccount(account.did, this.config);
    const { pendingKeyRequests } = this.config;
    const fitted = { ...input, scope };
    const created = await this.keyRequestTransitions.create(fitted, account, pendingKeyRequests, by);
    await this.failPoints.at('request_created');
    this.log.keyRequestCreated({ did: created.did, keyRequestId: created.id });
    return created;
  }

  /** @throws BrokerError `NotFound` */
  async get(text: string): Promise<KeyRequest> {
    const id = parseId(KeyRequestId, text);
    const found = id && (await this.keyRequestRows.find(id));
    if (!found) throw noSuchRequest();
    return found;
  }

  /** @throws BrokerError `NotFound`, `KeyRequestEnded` */
  async getOpen(id: string): Promise<KeyRequest> {
    const request = await this.get(id);
    if (!isOpen(request)) throw ended(request);
    return request;
  }

  /** @throws BrokerError `NotFound`, `KeyRequestNotPending`, `KeyRequestEnded` */
  async getPending(id: string): Promise<KeyRequest> {
    const request = await this.get(id);
    if (request.status !== 'pending') throw notPending(request);
    return request;
  }

  /**
   * Records that a person approves a request, who has yet to authorize it at the account's server. Returns the request.
   *
   * @throws BrokerError as {@link getPending}
   */
  async approve(id: string, by: AuditSource): Promise<KeyRequest> {
    const request = await this.getPending(id);
    const target = { kind: 'key-request', id: request.id } as const;
    this.auditLog.note({ ...by, action: 'key-request.approved', did: request.did, target });
    return request;
  }

  /**
   * Requires that a grant is of the account of a pending request, and does not exceed the requested scope.
   *
   * @throws BrokerError as {@link getPending}, and `WrongAccount`, `AccountNotAllowed`, `ScopeExceeded`, `LoginRefused`
   */
  async requireFittingGrant(text: string, grant: Grant, by: AuditSource): Promise<void> {
    const { id, did, scope } = await this.getPending(text);
    if (grant.did !== did) {
      const target = { kind: 'key-request', id } as const;
      const detail = { authorizedBy: grant.did };
      this.auditLog.note({ ...by, action: 'key-request.wrong-account', did, target, detail });
      throw new BrokerError(
        'WrongAccount',
        'You signed in with another account than the one of this key request. Sign in with that account instead.',
      );
    }
    requireAllowedAccount(did, this.config);
    const refusal = decideGrantRefusal(scope, grant.scope);
    if (refusal) throw refusal;
  }

  /**
   * Ends an unclaimed request, and revokes the session of its grant.
   *
   * @throws BrokerError `NotFound`, `KeyRequestEnded`
   */
  async deny(text: string, by: AuditSource): Promise<void> {
    const { id, did } = await this.get(text);
    const unheldSession = await this.keyRequestTransitions.withLocked(id, (request, transaction) => {
      if (!isOpen(request)) throw ended(request);
      return this.keyRequestTransitions.endWithoutKey(
        request,
        { status: 'denied', reason: 'denied', by },
        transaction,
      );
    });
    this.log.keyRequestEnded({ did, keyRequestId: id, reason: 'denied' });
    await this.keyRequestTransitions.revokeSession(unheldSession);
  }

  private requireAllowedRequest({ loopback }: KeyRequestInput, { kind }: Principal): void {
    const { keyRequests, publicUrl } = this.config;
    if (keyRequests === 'off') throw keyRequestsOff();
    if (keyRequests === 'signed-in' && kind === 'anonymous')
      throw new BrokerError('AuthenticationRequired', 'Sign in to request a key.');
    if (keyRequests === 'signed-in' && kind === 'suspended-browser') throw sessionSuspended();
    if (keyRequests === 'signed-in' && kind !== 'browser')
      throw new BrokerError('Forbidden', 'Only a signed-in browser may request a key here.');
    if (loopback !== undefined && new URL(loopback).origin === publicUrl.origin)
      throw new BrokerError(
        'InvalidRequest',
        'loopback must not be a URL of this broker. It is a URL on the machine that asks.',
      );
  }
}
