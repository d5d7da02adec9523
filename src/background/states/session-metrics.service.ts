import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { SessionListeners } from '../../sessions/stored/session-listeners.service.ts';
import { SessionCountRepository } from './session-count.repository.ts';

/** Feeds the metrics with the number of sessions, and of sessions that ended. */
@Injectable()
export class SessionMetrics implements OnModuleInit {
  constructor(
    private readonly sessionCountRows: SessionCountRepository,
    private readonly sessionListeners: SessionListeners,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.measure(
      { name: 'latchkey_sessions', help: 'Stored sessions, by status', label: 'status' },
      () => this.sessionCountRows.countByStatus(),
    );
    this.metrics.measure(
      { name: 'latchkey_sessions_in_doubt', help: 'Sessions whose last refresh was sent and got no answer' },
      () => this.sessionCountRows.countInDoubt(),
    );
    // The last listener: if an earlier one fails, all run again, and this one has not counted yet.
    this.sessionListeners.onNeedsReauth(({ reason }) => {
      this.metrics.sessions.sessionNeedsReauth(reason);
      return Promise.resolve();
    });
  }
}
