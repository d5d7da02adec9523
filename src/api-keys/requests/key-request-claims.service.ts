import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Config } from '../../config/config.ts';
import type { Did } from '../../database/tables/did.ts';
import { KeyRequestId, parseId, type SessionId } from '../../database/tables/id.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { Log } from '../../observability/log/log.ts';
import { FailPoints } from '../../single-use/fail-points.service.ts';
import { TempTokens } from '../../temp-tokens/temp-tokens.service.ts';
import { ApiKeys, type IssuedApiKey } from '../keys/api-keys.service.ts';
import { decideClaim, keyEndOf, type StoredKeyRequest } from './key-request.ts';
import { KeyRequestTransitions } from './key-request-transitions.service.ts';
import { claimUseOf } from './key-request-scope.ts';
import { ended, noSuchRequest, notAuthorized, wrongCode } from './key-request-refusals.ts';
import { KeyRequestRepository } from './key-request.repository.ts';

/** The result of a right code: the key. */
type Claimed = { readonly key: IssuedApiKey; readonly sessionId: SessionId };

/** The result of a wrong code: the number of wrong codes, and the session to revoke after the last one. */
type Missed = { readonly tries: number; readonly did: Did; readonly unheldSession: SessionId | undefined };

/** Issues the keys that their owners have authorized. */
@Injectable()
export class KeyRequestClaims {
  constructor(
    private readonly config: Config,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly apiKeys: ApiKeys,
    private readonly tempTokens: TempTokens,
    private readonly failPoints: FailPoints,
    private readonly log: Log,
  ) {}

  /**
   * Issues the key of an authorized request for its claim code, once and within five tries. The last wrong code ends the
   * request.
   *
   * @throws BrokerError `NotFound`, `KeyRequestNotAuthorized`, `KeyRequestEnded`, `WrongClaimCode`, or, without counting a
   * try, `TooManyApiKeys` and `ReauthorizationRequired`
   */
  async claim(text: string, code: string, by: AuditSource): Promise<IssuedApiKey> {
    const id = parseId(KeyRequestId, text);
    if (!id) throw noSuchRequest();
    const result = await this.keyRequestTransitions.withLocked(id, (request, transaction) =>
      this.tryCode(request, code, by, transaction),
    );
    if ('tries' in result) return this.refuse(id, result);
    const { key, sessionId } = result;
    await this.failPoints.at('request_claimed');
    this.log.keyRequestClaimed({ did: key.did, keyRequestId: id, apiKeyId: key.id, sessionId });
    return key;
  }

  /**
   * Claims a key for a page of the broker, which has the request's temp token in a cookie. Needs token and code, as
   * {@link claim} behind the API does.
   *
   * @throws BrokerError `InvalidToken` if the token does not authorize this claim, without counting a try
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
    request: StoredKeyRequest,
    code: string,
    by: AuditSource,
    transaction: Transaction<Schema>,
  ): Promise<Claimed | Missed> {
    const verdict = decideClaim(request, this.keyRequestRows.isRightCode(request, code));
    switch (verdict) {
      case 'not-authorized':
        throw notAuthorized();
      case 'ended':
        throw ended(request);
      case 'right':
        return this.issue(request, by, transaction);
      case 'wrong':
      case 'last-wrong': {
        const isLast = verdict === 'last-wrong';
        const unheldSession = await this.keyRequestTransitions.countWrongCode(
          request,
          { isLast, by },
          transaction,
        );
        return { tries: request.tries + 1, did: request.did, unheldSession };
      }
    }
  }

  private async issue(
    request: StoredKeyRequest,
    by: AuditSource,
    transaction: Transaction<Schema>,
  ): Promise<Claimed> {
    const { did, name, scope, sessionId, readAt } = request;
    if (sessionId === null) throw notAuthorized();
    const expiresAt = keyEndOf(request, readAt);
    const key = await this.apiKeys.issue({ did, sessionId, name, scope, expiresAt }, by, transaction);
    await this.keyRequestTransitions.claim(request, { apiKeyId: key.id, by }, transaction);
    await this.failPoints.at('request_claiming');
    return { key, sessionId };
  }

  private async refuse(id: KeyRequestId, { tries, did, unheldSession }: Missed): Promise<never> {
    this.log.wrongClaimCode({ did, keyRequestId: id, tries });
    await this.keyRequestTransitions.revokeSession(unheldSession);
    throw wrongCode(tries);
  }
}
