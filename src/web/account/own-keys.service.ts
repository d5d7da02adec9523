import { Injectable } from '@nestjs/common';
import type { BrowserPrincipal } from '../../access/principal.ts';
import { keyChanged } from '../../api-keys/keys/api-key-refusals.ts';
import type { ListedApiKey } from '../../api-keys/keys/api-key.repository.ts';
import { ApiKeys, type IssuedApiKey } from '../../api-keys/keys/api-keys.service.ts';
import { KeyRequestClaims } from '../../api-keys/requests/key-request-claims.service.ts';
import { noSuchRequest } from '../../api-keys/requests/key-request-refusals.ts';
import { type CreatedKeyRequest, KeyRequests } from '../../api-keys/requests/key-requests.service.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Config } from '../../config/config.ts';
import { type NewKeyForm, toKeyRequestInput } from './new-key-form.ts';

/** What an owner does with their keys in a browser: the same as a program does, and by the same rules. */
@Injectable()
export class OwnKeys {
  /** What a key can be given: the parts of the configured scope. */
  readonly permissions: readonly string[];

  constructor(
    { scope }: Config,
    private readonly apiKeys: ApiKeys,
    private readonly keyRequests: KeyRequests,
    private readonly keyRequestClaims: KeyRequestClaims,
  ) {
    this.permissions = scope.split(' ');
  }

  /** Asks oneself for a key. @throws BrokerError as {@link KeyRequests.create} */
  ask(form: NewKeyForm, caller: BrowserPrincipal, by: AuditSource): Promise<CreatedKeyRequest> {
    return this.keyRequests.create(toKeyRequestInput(form, caller.did, this.permissions), caller, by);
  }

  /**
   * Claims a key that one has asked oneself for.
   *
   * @param tempToken what this browser kept for the request
   * @throws BrokerError `NotFound` where it kept nothing, or the request is for another account; `KeyRequestEnded`, and as
   * {@link KeyRequestClaims.claimWithToken}
   */
  async claim(
    id: string,
    proof: { readonly tempToken: string | undefined; readonly code: string },
    { did }: BrowserPrincipal,
    by: AuditSource,
  ): Promise<IssuedApiKey> {
    const request = await this.keyRequests.getOpen(id);
    if (proof.tempToken === undefined || request.did !== did) throw noSuchRequest();
    return this.keyRequestClaims.claimWithToken(request.id, proof.tempToken, proof.code, by);
  }

  /** @throws BrokerError `NotFound` */
  get(id: string, { did }: BrowserPrincipal): Promise<ListedApiKey> {
    return this.apiKeys.get(id, did);
  }

  /**
   * Gives a key a new secret in place of the one that begins with `start`, and of no other.
   *
   * @throws BrokerError `ApiKeyChanged`, and as {@link ApiKeys.rotate}
   */
  async rotate(
    id: string,
    { start, graceSeconds }: { readonly start: string; readonly graceSeconds: number },
    { did }: BrowserPrincipal,
    by: AuditSource,
  ): Promise<IssuedApiKey> {
    const { key } = await this.apiKeys.get(id, did);
    if (key.start !== start) throw keyChanged();
    return this.apiKeys.rotate(id, did, graceSeconds, by);
  }

  /** @throws BrokerError `NotFound` */
  revoke(id: string, { did }: BrowserPrincipal, by: AuditSource): Promise<void> {
    return this.apiKeys.revoke(id, did, by);
  }
}
