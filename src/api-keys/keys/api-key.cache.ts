import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { ForeignWrites } from '../../database/cache/foreign-writes.service.ts';
import { RowCache } from '../../database/cache/row-cache.ts';
import { ApiKeyId, parseId } from '../../database/tables/id.ts';
import type { StoredApiKey } from './api-key.ts';
import { ApiKeyRepository } from './api-key.repository.ts';

/** The keys in use, by the digests of the presented secrets or by their ids, so that a warm request reads no row. */
@Injectable()
export class ApiKeyCache extends RowCache<StoredApiKey> {
  constructor(apiKeyRows: ApiKeyRepository, foreignWrites: ForeignWrites, { cachedSessions }: Config) {
    const read = (digestOrId: string): Promise<StoredApiKey | undefined> => {
      const id = parseId(ApiKeyId, digestOrId);
      return id ? apiKeyRows.findById(id) : apiKeyRows.findByDigest(digestOrId);
    };
    super(foreignWrites, { read, maxRows: cachedSessions });
  }
}
