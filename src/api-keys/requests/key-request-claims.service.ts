import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { KeyRequestId, parseId, type SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { Log } from '../../observability/log/log.ts';
import { FailPoints } from '../../single-use/fail-points.service.ts';
import { TempTokens } from '../../temp-tokens/temp-tokens.service.ts';
import { ApiKeys, type IssuedApiKey } from '../keys/api-keys.service.ts';
import { ClaimCodes } from './claim-codes.service.ts';
import { decideClaim, keyEndOf, type StoredKeyRequest } from './key-request.ts';
import { KeyRequestTransitions } from './key-request-transitions.service.ts';
import { claimUseOf } from './key-request-scope.ts';
import { ended, noSuchRequest, notAuthorized, wrongCode } from './key-request-refusals.ts';
import { KeyRequestRepository } from './key-request.repository.ts';

/** What came of a code: the key, or one try less, with the session that ends with the last one. */
type Claimed = { readonly key: IssuedApiKey; readonly sessionId: SessionId };
type Missed = { readonly tries: number; readonly did: Did; readonly sessionOver: SessionId | undefined };

/** Hands over the keys that their owners have authorized. */
@Injectable()
export class KeyRequestClaims {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly claimCodes: ClaimCodes,
    private readonly apiKeys: ApiKeys,
    private readonly tempTokens: TempTokens,
    private readonly failPoints: FailPoints,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /**
   * Issues the key of an authorized request to who knows its code: once, and in five tries at most. The last wrong one ends
   * the request.
   *
   * @throws BrokerError `NotFound`, `KeyRequestNotAuthorized`, `KeyRequestEnded`; `WrongClaimCode`; `TooManyApiKeys` and
   * `ReauthorizationRequired`, which cost no try
   */
  async claim(text: string, code: string, by: AuditSource): Promise<IssuedApiKey> {
    const id = parseId(KeyRequestId, text);
    if (!id) throw noSuchRequest();
    const result = await this.database
      .transaction()
      .execute(transaction => this.tryCode(id, code, by, transaction));
    if ('tries' in result) return this.refuse(id, result);
    const { key, sessionId } = result;
    await this.failPoints.at('request_claimed');
    this.log.keyRequestClaimed({ did: key.did, keyRequestId: id, apiKeyId: key.id, sessionId });
    return key;
  }

  /**
   * As {@link claim}, for a page of ours that the request's temp token comes to in a cookie: it needs both all the same.
   *
   * @throws BrokerError `InvalidToken` for a token that does not open this claim, before the code is looked at
   */
  async claimWithToken(
    id: KeyRequestId,
    tempToken: string,
    code: string,
    by: AuditSource,
  ): Promise<IssuedApiKey> {
    await this.tempTokens.verify(tempToken, claimUseOf(id, this.config.basePath));
    return this.claim(id, code, by);
  }

  private async tryCode(
    id: KeyRequestId,
    code: string,
    by: AuditSource,
    transaction: Transaction<Schema>,
  ): Promise<Claimed | Missed> {
    const request = await this.keyRequestRows.lock(id, transaction);
    if (!request) throw noSuchRequest();
    const verdict = decideClaim(request, this.claimCodes.isRight(request, code));
    switch (verdict) {
      case 'not-authorized':
        throw notAuthorized();
      case 'ended':
        throw ended(request);
      case 'right':
        return this.issue(request, by, transaction);
      case 'wrong':
      case 'last-wrong':
        return this.miss(request, { by, isLast: verdict === 'last-wrong' }, transaction);
    }
  }

  private async issue(
    request: StoredKeyRequest,
    by: AuditSource,
    transaction: Transaction<Schema>,
  ): Promise<Claimed> {
    const { id, did, name, scope, sessionId, readAt } = request;
    if (sessionId === null) throw notAuthorized();
    const expiresAt = keyEndOf(request, readAt);
    const key = await this.apiKeys.issue({ did, sessionId, name, scope, expiresAt }, by, transaction);
    await this.keyRequestTransitions.changeLocked(
      request,
      { status: 'claimed', api_key_id: key.id },
      transaction,
    );
    await this.keyRequestTransitions.deleteTokens(request, by, transaction);
    const target = { kind: 'key-request', id } as const;
    const event = { ...by, action: 'key-request.claimed', did, target } as const;
    await this.auditLog.record({ ...event, detail: { apiKey: key.id } }, transaction);
    await this.failPoints.at('request_claiming');
    return { key, sessionId };
  }

  private async miss(
    request: StoredKeyRequest,
    { by, isLast }: { by: AuditSource; isLast: boolean },
    transaction: Transaction<Schema>,
  ): Promise<Missed> {
    const { id, did } = request;
    const change = { tries: request.tries + 1 };
    const target = { kind: 'key-request', id } as const;
    const event = { ...by, action: 'key-request.wrong-code', did, target } as const;
    await this.auditLog.record({ ...event, detail: change }, transaction);
    const end = { status: 'denied', reason: 'too_many_tries', by, change } as const;
    const sessionOver = isLast ? await this.keyRequestTransitions.end(request, end, transaction) : undefined;
    if (!isLast) await this.keyRequestTransitions.changeLocked(request, change, transaction);
    return { ...change, did, sessionOver };
  }

  private async refuse(id: KeyRequestId, { tries, did, sessionOver }: Missed): Promise<never> {
    this.log.wrongClaimCode({ did, keyRequestId: id, tries });
    await this.keyRequestTransitions.finish(sessionOver);
    throw wrongCode(tries);
  }
}
