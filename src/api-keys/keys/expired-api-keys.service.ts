import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Database } from '../../database/connection/database.ts';
import { Log } from '../../observability/log/log.ts';
import type { StoredApiKey } from './api-key.ts';
import { ApiKeyRepository } from './api-key.repository.ts';

const EXPIRED = { action: 'api-key.expired', actor: { kind: 'broker' } } as const;

/** Marks expired keys. Their sessions lose their holder, so another sweep revokes them. */
@Injectable()
export class ExpiredApiKeys {
  constructor(
    private readonly database: Database,
    private readonly apiKeyRows: ApiKeyRepository,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /** Marks up to `limit` keys that had expired at `now`. Returns their number. */
  async sweep(limit: number, now: Date): Promise<number> {
    let swept = 0;
    for (const key of await this.apiKeyRows.listExpired(limit, now)) if (await this.mark(key)) swept++;
    return swept;
  }

  private async mark(key: StoredApiKey): Promise<boolean> {
    // The key's expiry, not the time of the sweep.
    const ended = { revoked_at: key.row.expires_at, slot: null };
    const { id, did, sessionId } = key;
    const isMarked = await this.database.transact(async transaction => {
      if (!(await this.apiKeyRows.change(key, ended, transaction))) return false;
      await this.auditLog.record({ ...EXPIRED, did, target: { kind: 'api-key', id } }, transaction);
      return true;
    });
    if (isMarked) this.log.apiKeyExpired({ did, apiKeyId: id, sessionId });
    return isMarked;
  }
}
