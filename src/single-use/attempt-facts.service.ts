import { Injectable } from '@nestjs/common';
import { ClockGuard } from '../leases/clock/clock-guard.service.ts';
import { Instances } from '../leases/instances/instances.service.ts';
import { gone, type OwnerState, working } from '../leases/instances/owner-state.ts';
import { AttemptRunner } from './attempt-runner.service.ts';
import { AttemptSightings } from './attempt-sightings.service.ts';
import type { StoredAttempt, TokenFacts } from './use-decision.ts';

/** Finds what this process knows of the attempt that a token has now. */
@Injectable()
export class AttemptFacts {
  constructor(
    private readonly instances: Instances,
    private readonly attemptRunner: AttemptRunner,
    private readonly attemptSightings: AttemptSightings,
    private readonly clockGuard: ClockGuard,
  ) {}

  /**
   * To be called from the one flight of the token, and not while this process holds its answer in hand or on disk: so an
   * attempt of this process itself has neither any more.
   */
  async find(
    attempt: StoredAttempt | null,
  ): Promise<Pick<TokenFacts, 'owner' | 'knownForMs' | 'isClockTrusted'>> {
    const isClockTrusted = this.clockGuard.isTrusted();
    if (!attempt) return { owner: gone, knownForMs: 0, isClockTrusted };
    const owner =
      attempt.owner === this.instances.self
        ? this.findOwnState(attempt.id)
        : await this.instances.findOwnerState(attempt.owner);
    const knownForMs = attempt.state === 'prepared' ? 0 : this.attemptSightings.note(attempt);
    return { owner, knownForMs, isClockTrusted };
  }

  /** An attempt of this process or of its earlier run. */
  private findOwnState(id: StoredAttempt['id']): OwnerState {
    return this.attemptRunner.isListening(id) ? working : gone;
  }
}
