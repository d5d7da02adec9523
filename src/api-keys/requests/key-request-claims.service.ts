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
import type { BrokerError } from '../../errors/broker-error.ts';
import { ApiKeys, type IssuedApiKey } from '../keys/api-keys.service.ts';
import { IssuedSecrets } from '../keys/issued-secrets.service.ts';
import { claimRepetition, idempotencyKeyReused, type Repetition } from '../keys/repetition.ts';
import { decideClaim, keyEndOf, type StoredKeyRequest } from './rules/key-request.ts';
import { KeyRequestTransitions } from './stored/key-request-transitions.service.ts';
import { claimUseOf } from './rules/key-request-scope.ts';
import { ended, noSuchRequest, notAuthorized, wrongCode } from './rules/key-request-refusals.ts';
import { KeyRequestRepository } from './stored/key-request.repository.ts';

/** What a caller claims with, besides its temp token. */
export type ClaimProof = {
  readonly code: string;
  /** The caller's name for this claim. */
  readonly idempotencyKey?: string | undefined;
};

/** The result of a right code: the key. */
type Claimed = { readonly key: IssuedApiKey; readonly sessionId: SessionId; readonly isNew: boolean };

/** The result of a wrong code: the number of wrong codes, the error, and the session to revoke after the last one. */
type Missed = {
  readonly tries: number;
  readonly did: Did;
  readonly error: BrokerError;
  readonly unheldSession: SessionId | undefined;
};

/** Issues the keys that their owners have authorized. */
@Injectable()
export class KeyRequestClaims {
  constructor(
    private readonly config: Config,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly apiKeys: ApiKeys,
    private readonly issuedSecrets: IssuedSecrets,
    private readonly tempTokens: TempTokens,
    private readonly failPoints: FailPoints,
    private readonly log: Log,
  ) {}

  /**
   * Issues the key of an authorized request for its claim code, once and within five tries. The last wrong code ends the
   * request. For five minutes the same code returns the same key, in case the response was lost.
   *
   * @throws BrokerError `NotFound`, `KeyRequestNotAuthorized`, `KeyRequestEnded`, `WrongClaimCode`, `IdempotencyKeyReused`,
   * or, without counting a try, `TooManyApiKeys` and `ReauthorizationRequired`
   */
  async claim(text: string, proof: ClaimProof, by: AuditSource): Promise<IssuedApiKey> {
    const id = parseId(KeyRequestId, text);
    if (!id) throw noSuchRequest();
    const result = await this.keyRequestTransitions.withLocked(id, (request, transaction) =>
      this.tryCode(request, proof, by, transaction),
    );
    if ('tries' in result) return this.refuse(id, result);
    const { key, sessionId, isNew } = result;
    await this.failPoints.at('request_claimed');
    if (isNew) this.log.keyRequestClaimed({ did: key.did, keyRequestId: id, apiKeyId: key.id, sessionId });
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
    return this.claim(id, { code }, by);
  }

  private async tryCode(
    request: StoredKeyRequest,
    proof: ClaimProof,
    by: AuditSource,
    transaction: Transaction<Schema>,
  ): Promise<Claimed | Missed> {
    const repetition = claimRepetition(request.id, proof.idempotencyKey);
    const verdict = decideClaim(request, this.keyRequestRows.isRightCode(request, proof.code));
    switch (verdict) {
      case 'not-authorized':
        throw notAuthorized();
      case 'ended':
        throw ended(request);
      case 'right':
        return this.issue(request, { repetition, by }, transaction);
      case 'repeated':
        return this.repeat(request, { repetition, by }, transaction);
      case 'wrongly-repeated': {
        const earlier = await this.issuedSecrets.find(repetition, transaction);
        const isReused =
          proof.idempotencyKey !== undefined && earlier?.fingerprint === repetition.fingerprint;
        const error = isReused ? idempotencyKeyReused() : ended(request);
        return this.countWrongCode(request, { isLast: false, error, by }, transaction);
      }
      case 'wrong':
      case 'last-wrong': {
        const error = wrongCode(request.tries + 1);
        return this.countWrongCode(request, { isLast: verdict === 'last-wrong', error, by }, transaction);
      }
    }
  }

  private async issue(
    request: StoredKeyRequest,
    { repetition, by }: { repetition: Repetition; by: AuditSource },
    transaction: Transaction<Schema>,
  ): Promise<Claimed> {
    const { did, name, scope, sessionId, readAt } = request;
    if (sessionId === null) throw notAuthorized();
    const expiresAt = keyEndOf(request, readAt);
    const key = await this.apiKeys.issue({ did, sessionId, name, scope, expiresAt }, by, transaction);
    await this.issuedSecrets.keep(key, repetition, transaction);
    await this.keyRequestTransitions.claim(request, { apiKeyId: key.id, by }, transaction);
    await this.failPoints.at('request_claiming');
    return { key, sessionId, isNew: true };
  }

  private async repeat(
    request: StoredKeyRequest,
    { repetition, by }: { repetition: Repetition; by: AuditSource },
    transaction: Transaction<Schema>,
  ): Promise<Claimed> {
    const found = await this.issuedSecrets.find(repetition, transaction);
    if (!found) throw ended(request);
    const { issued: key, sessionId } = found;
    await this.issuedSecrets.recordRepetition(key, by, transaction);
    return { key, sessionId, isNew: false };
  }

  private async countWrongCode(
    request: StoredKeyRequest,
    { isLast, error, by }: { isLast: boolean; error: BrokerError; by: AuditSource },
    transaction: Transaction<Schema>,
  ): Promise<Missed> {
    const unheldSession = await this.keyRequestTransitions.countWrongCode(
      request,
      { isLast, by },
      transaction,
    );
    return { tries: request.tries + 1, did: request.did, error, unheldSession };
  }

  private async refuse(id: KeyRequestId, { tries, did, error, unheldSession }: Missed): Promise<never> {
    this.log.wrongClaimCode({ did, keyRequestId: id, tries });
    await this.keyRequestTransitions.revokeSession(unheldSession);
    throw error;
  }
}
