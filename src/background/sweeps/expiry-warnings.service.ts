import { Injectable } from '@nestjs/common';
import { BEFORE_ALL_SESSIONS } from '../../database/tables/id.ts';
import { Leases } from '../../leases/leases.service.ts';
import { Log } from '../../observability/log/log.ts';
import { absoluteEndOf } from '../../sessions/stored/refresh-policy.ts';
import { EndingSessionRepository } from './ending-session.repository.ts';

const DAY_SECONDS = 24 * 60 * 60;
const READ_AT_ONCE = 500;

/** Logs warnings of sessions whose absolute end is near, at most once a day among all processes. */
@Injectable()
export class ExpiryWarnings {
  constructor(
    private readonly endingSessionRows: EndingSessionRepository,
    private readonly leases: Leases,
    private readonly log: Log,
  ) {}

  /** Warns of all such sessions, unless a run began within the last day. Returns their number. */
  async run(signal?: AbortSignal): Promise<number> {
    // Never released, so that no process repeats the warnings within a day, not even this one after a restart.
    if (!(await this.leases.acquireUntilExpiry('ending-soon', DAY_SECONDS))) return 0;
    let warned = 0;
    for (let after = BEFORE_ALL_SESSIONS; !signal?.aborted;) {
      const sessions = await this.endingSessionRows.list(READ_AT_ONCE, after);
      for (const session of sessions) {
        const endsAt = absoluteEndOf(session).toISOString();
        this.log.sessionEndsSoon({ did: session.did, sessionId: session.id, endsAt });
      }
      warned += sessions.length;
      if (sessions.length < READ_AT_ONCE) break;
      after = sessions.at(-1)?.id ?? BEFORE_ALL_SESSIONS;
    }
    return warned;
  }
}
