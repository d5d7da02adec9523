import { Injectable } from '@nestjs/common';
import type { SessionId } from '../database/tables/id.ts';
import { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';

/** Limits how many calls of one session run at once, in this process. */
@Injectable()
export class SessionConcurrency {
  private readonly running = new Map<string, number>();
  private readonly most: number;

  constructor({ limits }: Config) {
    this.most = limits.concurrencyPerSession;
  }

  /**
   * Counts a call that starts.
   *
   * @returns a function to call once, when the call has ended
   * @throws BrokerError `TooManyRequests`
   */
  claimSlot(sessionId: SessionId): () => void {
    const calls = this.running.get(sessionId) ?? 0;
    if (calls >= this.most) {
      throw new BrokerError(
        'TooManyRequests',
        `This session already has ${this.most} calls running, which is the limit. Wait for one of them to end.`,
        { retryAfterSeconds: 1 },
      );
    }
    this.running.set(sessionId, calls + 1);
    return () => {
      this.freeSlot(sessionId);
    };
  }

  private freeSlot(sessionId: SessionId): void {
    const calls = this.running.get(sessionId) ?? 1;
    if (calls > 1) this.running.set(sessionId, calls - 1);
    else this.running.delete(sessionId);
  }
}
