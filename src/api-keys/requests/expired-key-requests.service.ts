import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import type { KeyRequestId } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { KeyRequestTransitions } from './key-request-transitions.service.ts';
import { KeyRequestRepository } from './key-request.repository.ts';

/** How long a request is kept that is over; what became of it, the audit events tell for longer. */
const KEPT_SECONDS = 24 * 60 * 60;

const EXPIRED = { status: 'expired', reason: 'expired', by: { actor: { kind: 'broker' } } } as const;

/** Ends the requests whose time is over, with what they held, and later forgets them. */
@Injectable()
export class ExpiredKeyRequests {
  constructor(
    private readonly database: Database,
    private readonly keyRequestRows: KeyRequestRepository,
    private readonly keyRequestTransitions: KeyRequestTransitions,
    private readonly log: Log,
  ) {}

  /** Ends or deletes up to `limit` requests; answers how many. */
  async sweep(limit: number): Promise<number> {
    let swept = 0;
    for (const id of await this.keyRequestRows.listExpired(limit)) if (await this.expire(id)) swept++;
    return swept + (await this.keyRequestRows.deleteOver(KEPT_SECONDS, limit - swept));
  }

  private async expire(id: KeyRequestId): Promise<boolean> {
    const expired = await this.database.transaction().execute(async transaction => {
      const request = await this.keyRequestRows.lock(id, transaction);
      // Whoever was faster has claimed or denied it; its row tells so.
      if (request?.status !== 'expired' || request.row.status === 'expired') return undefined;
      const { did } = request;
      return { did, sessionOver: await this.keyRequestTransitions.end(request, EXPIRED, transaction) };
    });
    if (!expired) return false;
    this.log.keyRequestEnded({ did: expired.did, keyRequestId: id, reason: 'expired' });
    await this.keyRequestTransitions.finish(expired.sessionOver);
    return true;
  }
}
