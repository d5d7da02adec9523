import { Injectable } from '@nestjs/common';
import { ClockGuard } from '../leases/clock-guard.service.ts';
import { Instances } from '../leases/instances.service.ts';
import { gone, type OwnerState, working } from '../leases/owner-state.ts';
import { AttemptSightings } from './attempt-sightings.service.ts';
import type { StoredAttempt, TokenFacts } from './use-decision.ts';

/** Finds what this process knows of the attempt that a token has now. */
@Injectable()
export class AttemptFacts {
  constructor(
    private readonly instances: Instances,
    private readonly attemptSightings: AttemptSightings,
    private readonly clockGuard: ClockGuard,
  ) {}

  /**
   * To be called from the one flight of the token, so that an attempt of this process itself has no flight any more.
   *
   * @param holdsAnswer returns whether this process holds the answer to this attempt, in hand or on disk
   */
  async find(
    attempt: Pick<StoredAttempt, 'id' | 'owner'> | null,
    holdsAnswer: (id: StoredAttempt['id']) => Promise<boolean>,
  ): Promise<Pick<TokenFacts, 'owner' | 'knownForMs' | 'isClockTrusted'>> {
    const isClockTrusted = this.clockGuard.isTrusted();
    if (!attempt) return { owner: gone, knownForMs: 0, isClockTrusted };
    const owner =
      attempt.owner === this.instances.self
        ? await this.findOwnState(() => holdsAnswer(attempt.id))
        : await this.instances.findOwnerState(attempt.owner);
    return { owner, knownForMs: this.attemptSightings.note(attempt.id), isClockTrusted };
  }

  /** An attempt of this process or of its earlier run: what is neither in hand nor in its spool does not come any more. */
  private async findOwnState(holdsAnswer: () => Promise<boolean>): Promise<OwnerState> {
    return (await holdsAnswer()) ? working : gone;
  }
}
