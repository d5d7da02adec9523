import { Injectable } from '@nestjs/common';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import type { IssuedApiKey } from '../../../api-keys/keys/api-keys.service.ts';
import { KeyRequestClaims } from '../../../api-keys/requests/key-request-claims.service.ts';
import { ended, noSuchRequest } from '../../../api-keys/requests/rules/key-request-refusals.ts';
import { type CreatedKeyRequest, isOpen } from '../../../api-keys/requests/rules/key-request.ts';
import { offeredPresets } from '../../../api-keys/requests/rules/requested-scope.ts';
import { KeyRequests } from '../../../api-keys/requests/key-requests.service.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { type KeyOffer, type NewKeyForm, offeredPermissions, toKeyRequestInput } from './new-key-form.ts';

/** Key requests that an owner makes for their own account, by the rules that programs follow. */
@Injectable()
export class OwnKeyRequests {
  /** What a key may be given. */
  readonly offer: KeyOffer;

  constructor(
    config: Config,
    private readonly keyRequests: KeyRequests,
    private readonly keyRequestClaims: KeyRequestClaims,
  ) {
    this.offer = {
      presets: offeredPresets(config).map(({ name }) => name),
      permissions: offeredPermissions(config.keyScopeParts),
    };
  }

  /** Creates a request for a key of the caller's own. @throws BrokerError as {@link KeyRequests.create} */
  async create(form: NewKeyForm, caller: BrowserPrincipal, by: AuditSource): Promise<CreatedKeyRequest> {
    return this.keyRequests.create(toKeyRequestInput(form, caller.did, this.offer, new Date()), caller, by);
  }

  /**
   * Claims a key that this browser has requested. A repetition, as by a reload before the response arrived, returns the same
   * key.
   *
   * @param proof.tempToken as this browser kept it for the request
   * @throws BrokerError `NotFound` if the browser kept no token, or the request is for another account; `KeyRequestEnded`,
   * and as {@link KeyRequestClaims.claimWithToken}
   */
  async claim(
    id: string,
    proof: { readonly tempToken: string | undefined; readonly code: string },
    { did }: BrowserPrincipal,
    by: AuditSource,
  ): Promise<IssuedApiKey> {
    const request = await this.keyRequests.get(id);
    const mayRepeat = request.status === 'claimed' && proof.tempToken !== undefined;
    if (!isOpen(request) && !mayRepeat) throw ended(request);
    if (proof.tempToken === undefined || request.did !== did) throw noSuchRequest();
    return this.keyRequestClaims.claimWithToken(request.id, proof.tempToken, proof.code, by);
  }
}
