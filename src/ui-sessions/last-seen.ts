import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Log } from '../observability/log.ts';
import { RecentUiSessions } from './recent-ui-sessions.ts';
import { UiSessionRepository } from './ui-session.repository.ts';

const FLUSH_MS = 1_000;

/** Remembers which browsers were seen, and writes that down in batches: a commit each would hold up everything else. */
@Injectable()
export class LastSeen implements OnModuleInit, OnApplicationShutdown {
  /** When each was seen, by the digest of its cookie. */
  private seen = new Map<string, Date>();
  private flushing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly uiSessions: UiSessionRepository,
    private readonly recent: RecentUiSessions,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => {
      this.flushing = this.flushing.then(() => this.flush());
    }, FLUSH_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flushing;
    await this.flush();
  }

  remember(digest: string, now: Date): void {
    this.seen.set(digest, now);
  }

  private async flush(): Promise<void> {
    const { seen } = this;
    if (seen.size === 0) return;
    this.seen = new Map();
    try {
      await this.uiSessions.touch(seen);
      for (const [digest, lastSeenAt] of seen) this.recent.amend(digest, known => ({ ...known, lastSeenAt }));
    } catch (error) {
      this.log.databaseTrouble(error); // A browser in use is seen again before anybody misses this.
    }
  }
}
