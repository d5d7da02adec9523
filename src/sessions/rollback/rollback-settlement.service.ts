import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../../caching/bounded-cache.ts';
import { ClockGuard } from '../../leases/clock/clock-guard.service.ts';
import { Log } from '../../observability/log/log.ts';
import { TokenProbe } from '../pds/token-probe.service.ts';
import { SessionCache, toLive } from '../stored/session.cache.ts';
import { SessionMarks } from '../stored/session-marks.service.ts';
import type { StoredSession } from '../stored/session.repository.ts';
import { Reauthentication } from '../answers/reauthentication.service.ts';
import { type CheckDecision, decideCheck } from './rollback-policy.ts';
import { RollbackRepository } from './rollback.repository.ts';

/** How often a PDS is asked about one session in check. */
const PROBE_EVERY_MS = 60_000;

/** Settles sessions in check for which no journal has a newer state. */
@Injectable()
export class RollbackSettlement {
  private readonly probed = new BoundedCache<string, true>(10_000, { ttl: PROBE_EVERY_MS });

  constructor(
    private readonly rollbackRows: RollbackRepository,
    private readonly sessionMarks: SessionMarks,
    private readonly sessionCache: SessionCache,
    private readonly reauthentication: Reauthentication,
    private readonly tokenProbe: TokenProbe,
    private readonly clockGuard: ClockGuard,
    private readonly log: Log,
  ) {}

  /** Settles a session in check, if its time has come. */
  async settle(session: StoredSession): Promise<void> {
    switch (await this.decide(session)) {
      case 'wait':
      case 'probe':
        return;
      case 'release':
        await this.release(session);
        break;
      case 'needs-owner':
        await this.requireOwner(session);
        break;
    }
    this.sessionCache.forget(session.id);
  }

  private async decide(session: StoredSession): Promise<CheckDecision> {
    if (!this.clockGuard.isTrusted()) return 'wait';
    const decision = decideCheck(session, session.readAt);
    const { id, secrets } = session;
    if (decision !== 'probe' || this.probed.has(id)) return decision;
    if (!secrets) return 'needs-owner';
    this.probed.set(id, true);
    const verdict = await this.tokenProbe.probeToken(toLive(session, secrets, performance.now()));
    return decideCheck(session, session.readAt, verdict);
  }

  private async release({ id, did, row }: StoredSession): Promise<void> {
    const known = this.sessionMarks.find(id)?.generation ?? 0;
    const generation = Math.max(row.generation, known) + 1;
    if (!(await this.rollbackRows.release(row, generation))) return;
    this.log.sessionReleased({ did, sessionId: id, generation });
  }

  private async requireOwner({ id, did, row }: StoredSession): Promise<void> {
    if (!(await this.rollbackRows.markRestored(row))) return;
    await this.reauthentication.announce({ id, did }, 'restored');
  }
}
