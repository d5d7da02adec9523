import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { ForeignWrites } from '../../database/cache/foreign-writes.service.ts';
import { RowCache } from '../../database/cache/row-cache.ts';
import type { StoredApiKey } from './api-key.ts';
import { ApiKeyRepository } from './api-key.repository.ts';

/** The keys in use, by the digests of the presented secrets, so that a warm request reads no row. */
@Injectable()
export class ApiKeyCache extends RowCache<StoredApiKey> {
  constructor(apiKeyRows: ApiKeyRepository, foreignWrites: ForeignWrites, { cachedSessions }: Config) {
    const read = (digest: string): Promise<StoredApiKey | undefined> => apiKeyRows.findByDigest(digest);
    super(foreignWrites, { read, maxRows: cachedSessions });
  }
}
