import { Injectable } from '@nestjs/common';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { keyChanged } from '../../../api-keys/keys/api-key-refusals.ts';
import type { ListedApiKey } from '../../../api-keys/keys/api-key.repository.ts';
import { ApiKeys, type IssuedApiKey } from '../../../api-keys/keys/api-keys.service.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';

/** An owner's keys, as they manage them in a browser. */
@Injectable()
export class OwnKeys {
  constructor(private readonly apiKeys: ApiKeys) {}

  /** @throws BrokerError `NotFound` */
  get(id: string, { did }: BrowserPrincipal): Promise<ListedApiKey> {
    return this.apiKeys.get(id, did);
  }

  /**
   * Replaces the secret that begins with `start`, and no other.
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
