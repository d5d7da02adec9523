import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BrokerError } from '../../errors/broker-error.ts';
import { Instances } from '../../leases/instances.service.ts';
import { Log } from '../../observability/log/log.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { pause } from '../../waiting/pause.ts';
import { REQUEST_LIFETIME_MS } from '../../single-use/use-decision.ts';
import { NativeAnswers } from './native-answers.service.ts';
import { NativeAttempts, type Place, type TokenUse } from './native-attempt.service.ts';
import { decideUse, findMismatch, type KnownToken, type TokenBinding } from './native-refresh.ts';
import { NativeRefreshRepository } from './native-refresh.repository.ts';
import { type Finished, type Flight, type FlightOutcome, NativeTokenCache } from './native-token-cache.ts';

const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 1_000;

/** How long a flight looks on while another process is at work: longer than anybody waits for it. */
const LOOKING_ON_MS = 60_000;

/** What is known of a token before it is used: its binding, and whether its answer is here already. */
export type TokenState = {
  readonly binding: TokenBinding;
  readonly finished?: Finished;
  readonly known?: KnownToken;
};

/**
 * Uses the refresh tokens of native apps: one flight per token in this process, one attempt in all.
 *
 * A flight belongs to nobody: whoever waits for it may leave, and it goes on until its answer is stored.
 */
@Injectable()
export class NativeRefresher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly memory = new NativeTokenCache();
  private readonly landings = new Set<Promise<unknown>>();

  constructor(
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly nativeAttempts: NativeAttempts,
    private readonly nativeAnswers: NativeAnswers,
    private readonly instances: Instances,
    private readonly shutdown: Shutdown,
    private readonly log: Log,
  ) {}

  /** Brings in what an earlier process had to leave in the spool, before anything is refreshed here. */
  async onApplicationBootstrap(): Promise<void> {
    const replayed = await this.nativeAnswers.replay();
    if (replayed > 0) this.log.spoolReplayed(replayed);
  }

  /** Starts nothing any more, and waits until what is under way is settled and in the database, or in the spool. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.announce();
    await Promise.all(this.memory.allFlights().map(({ outcome }) => outcome));
    await Promise.all(this.landings);
  }

  /** How many tokens are in memory: on their way, and with their answers. */
  get inMemory(): { readonly flights: number; readonly answers: number } {
    return this.memory.counts;
  }

  /** Finds what a token is bound to, in memory first. */
  async look(fingerprint: { readonly id: string }): Promise<TokenState | undefined> {
    const flight = this.memory.flightOf(fingerprint.id);
    if (flight) return { binding: flight.binding };
    const finished = this.memory.answerOf(fingerprint.id);
    if (finished) return { binding: finished.binding, finished };
    const known = await this.nativeRefreshRows.find(fingerprint);
    return known && { binding: known.binding, known };
  }

  /** Forgets the answer to a token whose session was revoked. */
  forget({ id }: { readonly id: string }): void {
    this.memory.forgetAnswer(id);
  }

  /**
   * Joins the flight of a token, or starts one. It never rejects.
   *
   * @throws BrokerError `ShuttingDown`; `GrantMismatch` where the flight is of another binding
   */
  join(use: TokenUse): Flight {
    const { id } = use.fingerprint;
    const underWay = this.memory.flightOf(id);
    if (underWay) {
      if (findMismatch(underWay.binding, use.binding))
        throw new BrokerError('GrantMismatch', 'This refresh token is used with something else just now.');
      return underWay;
    }
    if (this.shutdown.signal.aborted)
      throw new BrokerError('ShuttingDown', 'This server is shutting down. Please try again.');
    const flight = { binding: use.binding, leader: use, outcome: this.fly(use) };
    this.memory.begin(id, flight);
    return flight;
  }

  private async fly(use: TokenUse): Promise<FlightOutcome> {
    const { id } = use.fingerprint;
    let written: Promise<unknown> = Promise.resolve();
    try {
      const end = await this.use(use);
      ({ written } = end);
      return end.outcome;
    } catch (cause) {
      return { kind: 'not-sent', cause };
    } finally {
      // Until then the row does not say what became of the token.
      const landing = written.finally(() => {
        this.memory.land(id);
        this.landings.delete(landing);
      });
      this.landings.add(landing);
    }
  }

  private async use(use: TokenUse): Promise<{ outcome: FlightOutcome; written: Promise<unknown> }> {
    const attempt = this.nativeAttempts.newAttempt(use.fingerprint);
    const lookUntil = performance.now() + LOOKING_ON_MS;
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_LOOK_MS)) {
      const known = await this.nativeRefreshRows.find(use.fingerprint);
      const found = known ? await this.findPlace(known, use) : { isKnown: false, instead: null };
      if (found !== 'wait' && 'kind' in found) return { outcome: found, written: Promise.resolve() };
      if (found !== 'wait') {
        const { outcome, written } = await this.nativeAttempts.run(attempt, use, found);
        // Kept from when it came, and so none that came elsewhere.
        if (outcome?.kind === 'answered')
          this.memory.keep(use.fingerprint.id, { ...outcome, binding: use.binding });
        if (outcome) return { outcome, written };
        continue; // Somebody was faster.
      }
      if (this.shutdown.signal.aborted || performance.now() >= lookUntil)
        return { outcome: { kind: 'in-doubt', seconds: 1 }, written: Promise.resolve() };
      await pause(pauseMs, this.shutdown.signal);
    }
  }

  /** Finds the place that an attempt may take on a known token; or what is known of it; or that one has to wait. */
  private async findPlace(known: KnownToken, { binding }: TokenUse): Promise<Place | 'wait' | FlightOutcome> {
    if (findMismatch(known.binding, binding))
      return { kind: 'not-sent', cause: new Error('The token was bound to something else meanwhile.') };
    const isOwnerGone = known.attempt !== null && (await this.isGone(known.attempt.owner));
    const decision = decideUse(known, isOwnerGone, REQUEST_LIFETIME_MS.confidential);
    switch (decision.kind) {
      case 'answered':
        return { kind: 'answered', ...decision.answered };
      case 'free':
        return { isKnown: true, instead: null };
      case 'take-over':
        return { isKnown: true, instead: decision.attemptId };
      case 'in-doubt':
        return decision;
      case 'wait':
        return 'wait';
    }
  }

  /** Of this process's own attempts only those of a flight are worked on, and here is the flight. */
  private async isGone(owner: string): Promise<boolean> {
    return owner === this.instances.self || (await this.instances.isDead(owner));
  }
}
