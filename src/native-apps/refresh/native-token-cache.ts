import { LRUCache } from 'lru-cache';
import type { TokenUse, UseOutcome } from './native-attempt.service.ts';
import type { TokenBinding } from './native-refresh.ts';
import { REPLAY_SECONDS } from './native-refresh.repository.ts';

/** Answers that are kept, beside the flights that are under way. */
export const MOST_ANSWERS = 10_000;

/** What becomes of a token, for everybody who waits: also that somebody may use it again, after so many seconds. */
export type FlightOutcome = UseOutcome | { readonly kind: 'in-doubt'; readonly seconds: number };

/** The one use of a token that is under way in this process. */
export type Flight = {
  readonly binding: TokenBinding;
  /** Whose request and proof it goes with. */
  readonly leader: TokenUse;
  readonly outcome: Promise<FlightOutcome>;
};

/** An answer that a token was given. */
export type Finished = Extract<UseOutcome, { kind: 'answered' }> & { readonly binding: TokenBinding };

/**
 * The refresh tokens that this process knows of without asking the database. Answers make room for newer ones, flights for
 * nothing: a token whose flight were forgotten would be sent a second time, which ends its session.
 */
export class NativeTokenCache {
  private readonly flights = new Map<string, Flight>();
  private readonly answers = new LRUCache<string, Finished>({
    max: MOST_ANSWERS,
    ttl: REPLAY_SECONDS * 1000,
  });

  flightOf(id: string): Flight | undefined {
    return this.flights.get(id);
  }

  allFlights(): readonly Flight[] {
    return [...this.flights.values()];
  }

  begin(id: string, flight: Flight): void {
    this.flights.set(id, flight);
  }

  land(id: string): void {
    this.flights.delete(id);
  }

  answerOf(id: string): Finished | undefined {
    return this.answers.get(id);
  }

  keep(id: string, finished: Finished): void {
    this.answers.set(id, finished);
  }

  forgetAnswer(id: string): void {
    this.answers.delete(id);
  }

  /** How many tokens are on their way, and how many are kept with their answers. */
  get counts(): { readonly flights: number; readonly answers: number } {
    return { flights: this.flights.size, answers: this.answers.size };
  }
}
