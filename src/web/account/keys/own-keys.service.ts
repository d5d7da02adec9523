import { Injectable } from '@nestjs/common';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import type { ListedApiKey } from '../../../api-keys/keys/api-key.repository.ts';
import { ApiKeyRotations } from '../../../api-keys/keys/api-key-rotations.service.ts';
import { ApiKeys, type IssuedApiKey } from '../../../api-keys/keys/api-keys.service.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';

/** An owner's keys, as they manage them in a browser. */
@Injectable()
export class OwnKeys {
  constructor(
    private readonly apiKeys: ApiKeys,
    private readonly apiKeyRotations: ApiKeyRotations,
  ) {}

  /** @throws BrokerError `NotFound` */
  get(id: string, { did }: BrowserPrincipal): Promise<ListedApiKey> {
    return this.apiKeys.get(id, did);
  }

  /**
   * Replaces the secret that begins with `start`, and no other. Returns the same secret when it is repeated, as by a reload.
   *
   * @throws BrokerError as {@link ApiKeyRotations.rotate}
   */
  rotate(
    id: string,
    rotation: { readonly start: string; readonly graceSeconds: number },
    { did }: BrowserPrincipal,
    by: AuditSource,
  ): Promise<IssuedApiKey> {
    return this.apiKeyRotations.rotate(id, did, rotation, by);
  }

  /** @throws BrokerError `NotFound` */
  revoke(id: string, { did }: BrowserPrincipal, by: AuditSource): Promise<void> {
    return this.apiKeys.revoke(id, did, by);
  }
}
