import { Injectable } from '@nestjs/common';
import type { AttemptId } from '../database/tables/id.ts';
import { ProcessClock } from '../waiting/process-clock.service.ts';
import { Streaks } from '../waiting/streaks.ts';
import type { StoredAttempt } from './use-decision.ts';

const MOST_SENDINGS = 100_000;

/** A sending. An attempt whose issuer asks to sign again has several, each with its own `sentAt`. */
type Sending = Pick<Exclude<StoredAttempt, { state: 'prepared' }>, 'id' | 'sentAt'>;

/**
 * When this process first saw each unanswered sending, by its own monotonic clock. A database clock that steps ahead cannot
 * shorten that wait.
 */
@Injectable()
export class AttemptSightings {
  private readonly sightings = new Streaks<AttemptId>(MOST_SENDINGS);

  constructor(private readonly processClock: ProcessClock) {}

  /** Notes a sending. Returns for how many milliseconds this process has known it. */
  note({ id, sentAt }: Sending): number {
    return this.sightings.note(id, sentAt?.getTime() ?? 0, this.processClock.monotonic()).forMs;
  }
}
