import { Injectable } from '@nestjs/common';
import { Database } from '../../../database/connection/database.ts';
import type { KeyRequestId } from '../../../database/tables/id.ts';
import { Log } from '../../../observability/log/log.ts';
import { KeyRequestTransitions } from './key-request-transitions.service.ts';
import { KeyRequestRepository } from './key-request.repository.ts';

/** Retention of ended requests. The audit log keeps their events for longer. */
const RETENTION_MS = 24 * 60 * 60_000;

const EXPIRED = { status: 'expired', reason: 'expired', by: { actor: { kind: 'broker' } } } as const;

/** Ends expired requests with their sessions and tokens, and deletes them a day later. */
@Injectable()
export class ExpiredKeyRequests {
  constructor(
    private readonly database: Database,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly log: Log,
  ) {}

  /** Ends up to `limit` requests that had expired at `now`, or deletes them a day later. Returns their number. */
  async sweep(limit: number, now: Date): Promise<number> {
    let swept = 0;
    for (const id of await this.keyRequestRows.listExpired(limit, now)) if (await this.expire(id)) swept++;
    const before = new Date(now.getTime() - RETENTION_MS);
    return swept + (await this.keyRequestRows.deleteEnded(before, limit - swept));
  }

  private async expire(id: KeyRequestId): Promise<boolean> {
    const expired = await this.database.transact(async transaction => {
      const request = await this.keyRequestRows.lock(id, transaction);
      // A claim or denial may have come first.
      if (request?.status !== 'expired' || request.row.status === 'expired') return undefined;
      const { did } = request;
      return {
        did,
        unheldSession: await this.keyRequestTransitions.endWithoutKey(request, EXPIRED, transaction),
      };
    });
    if (!expired) return false;
    this.log.keyRequestEnded({ did: expired.did, keyRequestId: id, reason: 'expired' });
    await this.keyRequestTransitions.revokeSession(expired.unheldSession);
    return true;
  }
}
