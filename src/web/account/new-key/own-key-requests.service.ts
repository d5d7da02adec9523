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
import type { ApiKeyId } from '../../../database/tables/id.ts';
import { type KeyOffer, type NewKeyForm, offeredPermissions, toKeyRequestInput } from './new-key-form.ts';
import type { OwnRequest } from './own-request-cookie.service.ts';

/** What became of an owner's own key. `open`: it is not authorized in this browser yet. */
export type OwnKeyClaim =
  | { readonly kind: 'claimed'; readonly issued: IssuedApiKey }
  | { readonly kind: 'seen'; readonly apiKeyId: ApiKeyId }
  | { readonly kind: 'other-account'; readonly account: string }
  | { readonly kind: 'open' };

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
   * Claims a key that this browser has requested and its owner has authorized here. A repetition, as by a reload before the
   * response arrived, returns the same key.
   *
   * @param own as this browser kept it for the request
   * @throws BrokerError `NotFound` for a request of another account that this browser did not make; `KeyRequestEnded`, and as
   * {@link KeyRequestClaims.claimWithToken}
   */
  async claim(
    id: string,
    own: OwnRequest | undefined,
    { did }: BrowserPrincipal,
    by: AuditSource,
  ): Promise<OwnKeyClaim> {
    const request = await this.keyRequests.get(id);
    if (request.did !== did) {
      if (!own) throw noSuchRequest();
      return { kind: 'other-account', account: request.handle ?? request.did };
    }
    if (own?.code !== undefined && (request.status === 'authorized' || request.status === 'claimed')) {
      const claim = this.keyRequestClaims.claimWithToken(request.id, own.tempToken, own.code, by);
      const issued = await claim.catch((error: unknown) => {
        if (request.status !== 'claimed') throw error;
      });
      if (issued) return { kind: 'claimed', issued };
    }
    if (request.status === 'claimed' && request.apiKeyId !== null)
      return { kind: 'seen', apiKeyId: request.apiKeyId };
    if (!isOpen(request)) throw ended(request);
    return { kind: 'open' };
  }
}
