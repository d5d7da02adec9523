import { type Counter, Histogram, type Registry } from 'prom-client';
import { counterFromZero } from './counter-from-zero.ts';
import {
  type AttemptOutcome,
  attemptOutcomes,
  type BackgroundResult,
  backgroundResults,
  type EndReason,
  endReasons,
  type RollbackStep,
  rollbackSteps,
} from './metrics-labels.ts';

const MINUTE_SECONDS = 60;

/** Metrics of sessions: refreshes, waits for them, background runs, and sessions that need reauthorization. */
export class MetricsOfSessions {
  private readonly attempts: Counter<'outcome'>;
  private readonly tokenLife: Histogram;
  private readonly waits: Histogram;
  private readonly endings: Counter<'reason'>;
  private readonly background: Counter<'result'>;
  private readonly rollbacks: Counter<'step'>;

  constructor(registry: Registry) {
    this.attempts = counterFromZero(registry, {
      name: 'latchkey_refresh_attempts_total',
      help: 'Attempts to refresh a session, by outcome (refused: before the token was read; rejected: not in the words of OAuth; no-tokens: retried soon; unknown: now in doubt)',
      label: 'outcome',
      values: attemptOutcomes,
    });
    this.tokenLife = new Histogram({
      name: 'latchkey_token_left_seconds',
      help: 'Remaining life of an access token in seconds when its successor was stored (many at 0: refreshes come too late)',
      buckets: [0, 1, 5, 10, 20, 30, 45, 60, 120].map(minutes => minutes * MINUTE_SECONDS),
      registers: [registry],
    });
    this.waits = new Histogram({
      name: 'latchkey_token_wait_seconds',
      help: 'Time in seconds that requests waited for a refreshed token',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [registry],
    });
    this.endings = counterFromZero(registry, {
      name: 'latchkey_sessions_ended_total',
      help: 'Sessions that need their owners, by reason (response_lost: an answer was lost on the way; restored: the database lost the newest tokens)',
      label: 'reason',
      values: endReasons,
    });
    this.background = counterFromZero(registry, {
      name: 'latchkey_background_sessions_total',
      help: 'Sessions that background runs handled, by result',
      label: 'result',
      values: backgroundResults,
    });
    this.rollbacks = counterFromZero(registry, {
      name: 'latchkey_sessions_rolled_back_total',
      help: 'Sessions whose rows the database rolled back, by step (put_back: from the journal of this instance; ended: again; in_check: another journal may have the tokens)',
      label: 'step',
      values: rollbackSteps,
    });
  }

  attemptEnded(outcome: AttemptOutcome): void {
    this.attempts.inc({ outcome });
  }

  /** @param secondsLeft of the replaced access token, below 0 if it had expired */
  tokenReplaced(secondsLeft: number): void {
    this.tokenLife.observe(Math.max(0, secondsLeft));
  }

  /** Measures a wait for a token, whether it succeeds or fails. */
  async waitForToken<Result>(wait: Promise<Result>): Promise<Result> {
    const stop = this.waits.startTimer();
    try {
      return await wait;
    } finally {
      stop();
    }
  }

  sessionNeedsReauth(reason: EndReason): void {
    this.endings.inc({ reason });
  }

  rolledBack(step: RollbackStep): void {
    this.rollbacks.inc({ step });
  }

  backgroundHandled(result: BackgroundResult): void {
    this.background.inc({ result });
  }
}
