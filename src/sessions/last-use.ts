import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Log } from '../observability/log.ts';
import { databaseTime, type LiveSession, LiveSessions } from './live-sessions.ts';
import { SessionRepository } from './session.repository.ts';

const FLUSH_MS = 30_000;

/** How exact `last_used_at` is: what hangs on it is a matter of days. */
const PRECISION_MS = 10 * 60_000;

/** Remembers which sessions were used, and writes it down in batches: a busy session costs a small write every ten minutes. */
@Injectable()
export class LastUse implements OnModuleInit, OnApplicationShutdown {
  private readonly used = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: SessionRepository,
    private readonly live: LiveSessions,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Notes the use of a session, unless it is written down that it was used a moment ago. */
  remember(session: LiveSession): void {
    const { id, lastUsedAt } = session;
    if (!lastUsedAt || databaseTime(session).getTime() - lastUsedAt.getTime() > PRECISION_MS)
      this.used.add(id);
  }

  async flush(): Promise<void> {
    const ids = [...this.used];
    this.used.clear();
    try {
      await this.sessions.markUsed(ids);
      for (const id of ids) this.live.used(id);
    } catch (error) {
      this.log.databaseTrouble(error); // A session in use is used again before anybody misses this.
    }
  }
}
