import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { Principal } from '../../access/principal.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { KeyRequestId, newId, parseId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { requireAllowedAccount } from '../../identity/resolution/allowed-accounts.ts';
import { type Account, IdentityService } from '../../identity/resolution/identity.service.ts';
import { Leases } from '../../leases/leases.service.ts';
import { Log } from '../../observability/log/log.ts';
import { FailPoints } from '../../single-use/fail-points.service.ts';
import { TempTokenScopes } from '../../temp-tokens/temp-token-scopes.service.ts';
import { TempTokens } from '../../temp-tokens/temp-tokens.service.ts';
import type { KeyRequestInput } from './key-request-input.ts';
import { isOpen, KEY_REQUEST_SECONDS, type KeyRequest, toNewKeyRequestRow } from './key-request.ts';
import { KeyRequestTransitions } from './key-request-transitions.service.ts';
import { KeyRequestLimits } from './key-request-limits.service.ts';
import { ended, keyRequestsOff, noSuchRequest, notPending, tooManyPending } from './key-request-refusals.ts';
import { KeyRequestRepository } from './key-request.repository.ts';
import { KEY_REQUEST_SCOPE } from './key-request-scope.ts';

/** A request that was just made; `tempToken` is shown this once. */
export type CreatedKeyRequest = Pick<KeyRequest, 'id' | 'did' | 'expiresAt'> & {
  readonly tempToken: string;
};

/** Requests for API keys: asked for, looked at, approved of or denied. */
@Injectable()
export class KeyRequests implements OnModuleInit {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly identity: IdentityService,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly keyRequestLimits: KeyRequestLimits,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly leases: Leases,
    private readonly tempTokenScopes: TempTokenScopes,
    private readonly tempTokens: TempTokens,
    private readonly failPoints: FailPoints,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.tempTokenScopes.register(KEY_REQUEST_SCOPE);
  }

  /**
   * Asks an account's owner for a key. What is answered tells of the account only what everybody can look up.
   *
   * @throws BrokerError `KeyRequestsOff`; `AuthenticationRequired` or `Forbidden` where only the signed-in may ask;
   * `InvalidRequest` for a scope that the client metadata does not name, and a loopback address that is this broker;
   * `TooManyRequests`, `TooManyKeyRequests`; `AccountNotAllowed`; and as {@link IdentityService.resolve}
   */
  async create(ask: KeyRequestInput, caller: Principal, by: AuditSource): Promise<CreatedKeyRequest> {
    this.requireAskable(ask, caller);
    await this.keyRequestLimits.takeFrom(by.from ?? '');
    await this.keyRequestLimits.takeFor(ask.identifier);
    const account = await this.identity.resolve(ask.identifier);
    if (account.did !== ask.identifier) await this.keyRequestLimits.takeFor(account.did);
    requireAllowedAccount(account.did, this.config);
    const created = await this.database
      .transaction()
      .execute(transaction => this.store(ask, account, by, transaction));
    await this.failPoints.at('request_created');
    this.log.keyRequestCreated({ did: created.did, keyRequestId: created.id });
    return created;
  }

  /** @throws BrokerError `NotFound` */
  async get(id: string): Promise<KeyRequest> {
    const requestId = parseId(KeyRequestId, id);
    const found = requestId && (await this.keyRequestRows.find(requestId));
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
   * Notes that somebody approves of a request, who has yet to prove to the account's server that they may; returns what is
   * to be asked for there.
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
   * Ends a request that was not claimed yet; what was authorized for it is revoked.
   *
   * @throws BrokerError `NotFound`, `KeyRequestEnded`
   */
  async deny(text: string, by: AuditSource): Promise<void> {
    const { id, did } = await this.get(text);
    const session = await this.database.transaction().execute(async transaction => {
      const request = await this.keyRequestRows.lock(id, transaction);
      if (!request) throw noSuchRequest();
      if (!isOpen(request)) throw ended(request);
      return this.keyRequestTransitions.end(request, { status: 'denied', reason: 'denied', by }, transaction);
    });
    this.log.keyRequestEnded({ did, keyRequestId: id, reason: 'denied' });
    await this.keyRequestTransitions.finish(session);
  }

  private requireAskable({ scope, loopback }: KeyRequestInput, { kind }: Principal): void {
    const { keyRequests, scopeParts: known, publicUrl } = this.config;
    if (keyRequests === 'off') throw keyRequestsOff();
    if (keyRequests === 'signed-in' && kind === 'anonymous')
      throw new BrokerError('AuthenticationRequired', 'Sign in to ask for a key.');
    if (keyRequests === 'signed-in' && kind !== 'browser')
      throw new BrokerError('Forbidden', 'Only a browser that is signed in may ask for a key here.');
    if (!scope.split(' ').every(part => known.includes(part)))
      throw new BrokerError('InvalidRequest', `scope: each part must be one of ${known.join(', ')}`);
    if (loopback !== undefined && new URL(loopback).origin === publicUrl.origin)
      throw new BrokerError('InvalidRequest', 'loopback: must not be an address of this broker');
  }

  private async store(
    ask: KeyRequestInput,
    { did, handle }: Account,
    by: AuditSource,
    transaction: Transaction<Schema>,
  ): Promise<CreatedKeyRequest> {
    // Others who ask wait here, and so count this request too.
    await this.leases.holdWithin(transaction, 'key-requests');
    const most = this.config.pendingKeyRequests;
    if ((await this.keyRequestRows.countPending(transaction)) >= most) throw tooManyPending(most);
    const id = newId(KeyRequestId);
    const { token, expiresAt } = await this.tempTokens.mint(
      { scope: KEY_REQUEST_SCOPE.name, resource: id, ttlSeconds: KEY_REQUEST_SECONDS, by },
      transaction,
    );
    const { name, scope } = ask;
    const row = toNewKeyRequestRow({ ...ask, id, did, handle, askedFrom: by.from ?? '', expiresAt });
    await this.keyRequestRows.insert(row, transaction);
    const target = { kind: 'key-request', id } as const;
    const event = { ...by, action: 'key-request.created', did, target, detail: { name, scope } } as const;
    await this.auditLog.record(event, transaction);
    return { id, did, expiresAt, tempToken: token };
  }
}
