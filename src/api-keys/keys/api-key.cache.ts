import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { ForeignWrites } from '../../database/cache/foreign-writes.service.ts';
import { RecentRows } from '../../database/cache/row-cache.ts';
import type { StoredApiKey } from './api-key.ts';
import { ApiKeyRepository } from './api-key.repository.ts';

/** The keys in use, by the digests of the secrets that were shown, so that a warm request reads no row. */
@Injectable()
export class RecentApiKeys extends RecentRows<StoredApiKey> {
  constructor(apiKeys: ApiKeyRepository, foreignWrites: ForeignWrites, { cachedSessions }: Config) {
    const read = (digest: string): Promise<StoredApiKey | undefined> => apiKeys.findByDigest(digest);
    super(foreignWrites, { read, mostRows: cachedSessions });
  }
}
