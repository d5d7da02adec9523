import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { AttemptId, newId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { AttemptFacts } from '../../single-use/attempt-facts.service.ts';
import { AttemptRunner } from '../../single-use/attempt-runner.service.ts';
import { Flights, pausesBetweenLooks } from '../../single-use/flights.ts';
import { decideUse, REQUEST_LIFETIME_MS } from '../../single-use/use-decision.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { withinTime } from '../../waiting/within-time.ts';
import type { Fingerprint } from '../tokens/fingerprints.service.ts';
import { NativeAnswers } from './native-answers.service.ts';
import { NativeTokenUses } from './native-token-uses.service.ts';
import { type NativeUse, sentProofOf, toUseOutcome } from './native-use.ts';
import {
  decideFinishedUse,
  findMismatch,
  type KnownToken,
  type TokenBinding,
  type UseOutcome,
} from '../tokens/native-refresh.ts';
import { NativeAttemptRepository, type NativePlace } from '../tokens/native-attempt.repository.ts';
import { type FoundToken, NativeTokens } from '../tokens/native-tokens.service.ts';
import { type Finished, NativeTokenCache } from './native-token-cache.ts';

/** How long a flight waits for another process's attempt: longer than any caller waits for the flight. */
const LONGEST_WAIT_MS = 60_000;

/** How long the end of an attempt without an answer waits for the database, so that the next request sees it. */
const CONCLUDING_MS = 2_000;

/** A token as it is known before its use. */
export type TokenState = {
  readonly binding: TokenBinding;
  readonly finished?: Finished;
  readonly known?: KnownToken;
};

/** The one use of a token that is under way in this process. */
export type NativeFlight = {
  readonly binding: TokenBinding;
  /** The request that the token is sent with. */
  readonly leader: NativeUse;
  readonly outcome: Promise<UseOutcome>;
  /** Later than `outcome`: until then the row does not tell what became of the token. */
  readonly landed: Promise<unknown>;
};

type Ended = { readonly outcome: UseOutcome; readonly written: Promise<unknown> };

/** Uses the refresh tokens of native apps: one flight per token in this process, one attempt in all processes. */
@Injectable()
export class NativeRefresher implements BeforeApplicationShutdown {
  private readonly flights = new Flights<NativeFlight>();
  private readonly cache = new NativeTokenCache();

  constructor(
    private readonly nativeTokens: NativeTokens,
    private readonly nativeAttemptRows: NativeAttemptRepository,
    private readonly nativeTokenUses: NativeTokenUses,
    private readonly nativeAnswers: NativeAnswers,
    private readonly attemptFacts: AttemptFacts,
    private readonly attemptRunner: AttemptRunner,
    private readonly shutdown: Shutdown,
  ) {}

  /** Stops starting uses, and waits until the running ones are in the database or in the spool. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.announce();
    await this.flights.allLanded();
  }

  /** The number of tokens in memory: in flight, and with their answers. */
  get inMemory(): { readonly flights: number; readonly answers: number } {
    return { flights: this.flights.size, answers: this.cache.size };
  }

  /** Finds what is known of a token, in memory first. */
  async findToken(fingerprint: Fingerprint): Promise<TokenState | undefined> {
    const flight = this.flights.find(fingerprint.id);
    if (flight) return { binding: flight.binding };
    const finished = this.cache.findAnswer(fingerprint.id);
    if (finished) return { binding: finished.binding, finished };
    const known = await this.nativeTokens.find(fingerprint);
    return known && { binding: known.binding, known };
  }

  /** Forgets the answer to a token whose session was revoked. */
  forget({ id }: { readonly id: string }): void {
    this.cache.forgetAnswer(id);
    this.nativeTokens.noteEnd({ id });
  }

  /**
   * Joins the flight of a token, or starts one. The flight never rejects.
   *
   * @throws BrokerError `ShuttingDown`; `GrantMismatch` if the flight has another binding
   */
  join(use: NativeUse): NativeFlight {
    const { id } = use.fingerprint;
    const flight = this.flights.find(id);
    if (flight) {
      if (findMismatch(flight.binding, use.binding))
        throw new BrokerError('GrantMismatch', 'This refresh token is used with something else just now.');
      return flight;
    }
    if (this.shutdown.signal.aborted)
      throw new BrokerError('ShuttingDown', 'This server is shutting down. Please try again.');
    const ended = this.useOrAwait(use).catch((cause: unknown) => conclude({ kind: 'not-sent', cause }));
    return this.flights.add(id, {
      binding: use.binding,
      leader: use,
      outcome: ended.then(({ outcome }) => outcome),
      landed: ended.then(({ written }) => written),
    });
  }

  /** Makes one attempt. While another process makes one, waits for its answer or its place. */
  private async useOrAwait(use: NativeUse): Promise<Ended> {
    const attemptId = newId(AttemptId);
    const waitUntil = performance.now() + LONGEST_WAIT_MS;
    const pauses = pausesBetweenLooks(this.shutdown.signal);
    for (;;) {
      const next = await this.decide(use);
      switch (next.kind) {
        case 'unknown-token':
        case 'free':
        case 'take-over': {
          const ended = await this.attempt(use, attemptId, next);
          if (ended) return ended;
          break; // Another attempt was faster.
        }
        case 'wait':
          if (this.shutdown.signal.aborted || performance.now() >= waitUntil)
            return conclude({ kind: 'in-doubt', seconds: 1 });
          await pauses.sleep();
          break;
        default:
          return conclude(next);
      }
    }
  }

  /** Decides what may happen to a token now: an attempt, a wait, or what is known already. */
  private async decide({
    fingerprint,
    binding,
  }: NativeUse): Promise<NativePlace | { kind: 'wait' } | UseOutcome> {
    const known = await this.nativeTokens.find(fingerprint);
    const finished = known && decideFinishedUse(known, binding);
    if (finished) return finished;
    // The answer is on disk, so the token is spent.
    if (this.nativeAnswers.isWaitingFor(fingerprint.id)) return { kind: 'wait' };
    return known ? this.decideAttempt(known) : { kind: 'unknown-token' };
  }

  private async decideAttempt({
    attempt,
    readAt,
    placeAfter,
  }: FoundToken): Promise<NativePlace | { kind: 'wait' } | UseOutcome> {
    const facts = {
      ...(await this.attemptFacts.find(attempt)),
      attempt,
      evidence: 'unavailable',
      rotationEndsAccessToken: undefined,
      resends: 0,
      requestLifetimeMs: REQUEST_LIFETIME_MS.confidential,
    } as const;
    const decision = decideUse(facts, readAt);
    switch (decision.kind) {
      case 'free':
      case 'wait':
        return decision;
      case 'take-over':
        return placeAfter ?? decision;
      case 'in-doubt': {
        const waitMs = decision.until ? decision.until.getTime() - readAt.getTime() : facts.requestLifetimeMs;
        return { kind: 'in-doubt', seconds: Math.ceil(waitMs / 1000) };
      }
      case 'probe':
      case 'lost':
        throw new Error('Without evidence neither a probe nor a loss can be decided.');
    }
  }

  /** Runs one attempt. Returns `undefined` if another attempt has the token. */
  private async attempt(
    use: NativeUse,
    attemptId: AttemptId,
    place: NativePlace,
  ): Promise<Ended | undefined> {
    const { fingerprint, binding } = use;
    const sent = sentProofOf(use);
    const claim = { fingerprint, binding, sent, attemptId, owner: this.attemptRunner.owner, place };
    const tokenUse = this.nativeTokenUses.toUse(use, claim);
    const end = await this.attemptRunner.run(this.nativeAttemptRows, claim, tokenUse);
    if (end.kind !== 'settled') return undefined;
    await withinTime(CONCLUDING_MS, end.written, undefined);
    const outcome = toUseOutcome(end.outcome, sent);
    if (outcome.kind === 'answered') this.cache.keepAnswer(fingerprint.id, { ...outcome, binding });
    return { outcome, written: Promise.all([end.written, tokenUse.stored]) };
  }
}

function conclude(outcome: UseOutcome): Ended {
  return { outcome, written: Promise.resolve() };
}
