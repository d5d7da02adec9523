import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../waiting/process-clock.service.ts';
import type { StoredAttempt } from './use-decision.ts';

const MAX_ENTRIES = 100_000;

/** A sending. An attempt whose issuer asks to sign again has several, each with its own `sentAt`. */
type Sending = Pick<Exclude<StoredAttempt, { state: 'prepared' }>, 'id' | 'sentAt'>;

/**
 * When this process first saw each unanswered sending, by its own monotonic clock. A database clock that steps ahead cannot
 * shorten that wait. Losing an entry is safe: the wait starts again.
 */
@Injectable()
export class AttemptSightings {
  private readonly sightings = new Map<string, { readonly sentAt: number; readonly since: number }>();

  constructor(private readonly processClock: ProcessClock) {}

  /** Notes a sending. Returns for how many milliseconds this process has known it. */
  note({ id, sentAt }: Sending): number {
    const sentMs = sentAt?.getTime() ?? 0;
    const now = this.processClock.monotonic();
    const known = this.sightings.get(id);
    if (known?.sentAt === sentMs) return now - known.since;
    this.sightings.delete(id);
    this.sightings.set(id, { sentAt: sentMs, since: now });
    this.dropOldest();
    return 0;
  }

  private dropOldest(): void {
    if (this.sightings.size <= MAX_ENTRIES) return;
    const [oldest] = this.sightings.keys();
    if (oldest !== undefined) this.sightings.delete(oldest);
  }
}
