import { Injectable } from '@nestjs/common';
import type { AttemptId } from '../database/tables/id.ts';
import { ProcessClock } from '../waiting/process-clock.service.ts';

const MAX_ENTRIES = 100_000;

/**
 * When this process first saw each unanswered attempt, by its own monotonic clock. A database clock that steps ahead
 * cannot shorten that wait. Losing an entry is safe: the wait starts again.
 */
@Injectable()
export class AttemptSightings {
  private readonly firstSeen = new Map<AttemptId, number>();

  constructor(private readonly processClock: ProcessClock) {}

  /** Notes an attempt. Returns for how many milliseconds this process has known it. */
  note(id: AttemptId): number {
    const seenAt = this.firstSeen.get(id);
    if (seenAt !== undefined) return this.processClock.monotonic() - seenAt;
    this.noteSending(id);
    return 0;
  }

  /** Starts the wait for an attempt, also for one that is known: this process is about to send. */
  noteSending(id: AttemptId): void {
    this.firstSeen.delete(id);
    this.firstSeen.set(id, this.processClock.monotonic());
    this.dropOldest();
  }

  private dropOldest(): void {
    if (this.firstSeen.size <= MAX_ENTRIES) return;
    const [oldest] = this.firstSeen.keys();
    if (oldest !== undefined) this.firstSeen.delete(oldest);
  }
}
