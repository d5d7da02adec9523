import { GrowingPauses } from '../waiting/pause.ts';

const FIRST_LOOK_AFTER_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** A running use of a token in this process. */
export type Landing = {
  /** Settles when all that the use has to write is written. */
  readonly landed: Promise<unknown>;
};

/**
 * The running uses in this process, at most one per key. No flight belongs to a caller: a caller that
 * leaves only stops waiting.
 */
export class Flights<Flight extends Landing> {
  private readonly flights = new Map<string, Flight>();

  get size(): number {
    return this.flights.size;
  }

  find(key: string): Flight | undefined {
    return this.flights.get(key);
  }

  /** Keeps a flight until it has landed. The caller has made sure that the key has no other. */
  add(key: string, flight: Flight): Flight {
    this.flights.set(key, flight);
    const remove = (): void => {
      this.flights.delete(key);
    };
    flight.landed.then(remove, remove);
    return flight;
  }

  /** Waits until every flight has landed. */
  async allLanded(): Promise<void> {
    await Promise.allSettled(Array.from(this.flights.values(), ({ landed }) => landed));
  }
}

/** Returns the pauses of a flight that waits for another process's attempt, between two looks at the row. */
export function pausesBetweenLooks(shutdown: AbortSignal): GrowingPauses {
  return new GrowingPauses(FIRST_LOOK_AFTER_MS, LONGEST_PAUSE_MS, shutdown);
}
