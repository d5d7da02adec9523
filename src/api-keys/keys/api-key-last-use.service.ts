import { Injectable } from '@nestjs/common';
import type { CallSender } from '../../access/credential-use.ts';
import { BatchedMarks } from '../../database/cache/batched-marks.ts';
import type { ApiKeyId } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { clientNameOf } from '../usage/client-name.ts';
import { clientNetworkOf } from '../usage/client-network.ts';
import { type ApiKey, type ApiKeyUse, minuteOf } from './api-key.ts';
import { ApiKeyRepository } from './api-key.repository.ts';
import { ApiKeyCache } from './api-key.cache.ts';

const FLUSH_MS = 10_000;

/** Keys per transaction. It locks their rows. */
const BATCH_SIZE = 200;

/** The minute of a use, its sender, and by which digest or id the key was found. */
type Use = { readonly minute: Date; readonly sender: CallSender; readonly foundBy: string };

/** Stores the last use of keys, with at most one write per minute and key. */
@Injectable()
export class ApiKeyLastUse extends BatchedMarks<ApiKeyId, Use> {
  constructor(
    private readonly apiKeyRows: ApiKeyRepository,
    private readonly apiKeyCache: ApiKeyCache,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    super(FLUSH_MS, { batchSize: BATCH_SIZE });
  }

  /** Notes the use of a key for the next write, unless a use in this minute is already stored. */
  remember({ id, lastUsedAt }: ApiKey, foundBy: string, sender: CallSender, now: Date): void {
    const minute = minuteOf(now);
    if (!lastUsedAt || lastUsedAt < minute) this.mark(id, { minute, sender, foundBy });
  }

  protected async write(uses: ReadonlyMap<ApiKeyId, Use>): Promise<void> {
    await this.apiKeyRows.storeLastUses(new Map([...uses].map(([id, use]) => [id, toStoredUse(use)])));
    for (const { minute: lastUsedAt, foundBy } of uses.values())
      this.apiKeyCache.amend(foundBy, known => ({ ...known, lastUsedAt }));
  }

  protected onFailure(error: unknown): void {
    this.metrics.credentials.keyUseNotWritten();
    this.log.databaseFailed(error);
  }
}

/** Parses the sender only here: a busy key is used often and stored once a minute. */
function toStoredUse({ minute, sender }: Use): ApiKeyUse {
  return {
    lastUsedAt: minute,
    lastUsedClient: clientNameOf(sender.userAgent),
    lastUsedNetwork: clientNetworkOf(sender.from),
  };
}
