const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How far two clocks may disagree. Issuers and the network are less exact than a second, and slewing takes time. */
export const CLOCK_TOLERANCE_MS = MINUTE_MS;

/** A clock that went back to the time it had before is trusted after this time. */
const RETURN_MS = MINUTE_MS;

/** How long a clock that stays where it stepped to is doubted, by what the clocks of other servers say. */
const DOUBT_MS = { agree: 10 * MINUTE_MS, silent: HOUR_MS, disagree: 24 * HOUR_MS } as const;

/** One reading of the database's clock, and of this process's clocks at the same moment. In milliseconds. */
export type ClockReading = {
  readonly database: number;
  readonly monotonic: number;
  /** As `monotonic`, with the time that the machine was suspended. */
  readonly uptime: number;
};

/** Whether the clocks of other servers confirm the database's clock. `silent`: too few of them were heard. */
export type Witness = keyof typeof DOUBT_MS;

/** Whether the database's clock is believed. */
export type ClockTrust =
  | { readonly kind: 'trusted'; readonly reference: ClockReading }
  | {
      readonly kind: 'doubted';
      /** The last reading before the step. */
      readonly reference: ClockReading;
      /** The first of the readings since the last step, which agree with each other. */
      readonly steady: ClockReading;
    };

/**
 * Decides whether the database's clock is believed after one more reading.
 *
 * Only a step of over a minute against this process's monotonic clock starts a doubt. Clocks of other servers never do,
 * however many are wrong. They decide how long a clock that stays where it stepped to is doubted: ten minutes if they
 * confirm it, an hour if too few were heard, a day if they contradict it. A clock that went back is trusted after a minute.
 */
export function decideTrust(trust: ClockTrust, reading: ClockReading, witness: Witness): ClockTrust {
  const { reference } = trust;
  if (trust.kind === 'trusted')
    return isStep(reference, reading)
      ? { kind: 'doubted', reference, steady: reading }
      : { kind: 'trusted', reference: reading };
  const steady = isStep(trust.steady, reading) ? reading : trust.steady;
  const doubtMs = isStep(reference, steady) ? DOUBT_MS[witness] : RETURN_MS;
  return reading.monotonic - steady.monotonic >= doubtMs
    ? { kind: 'trusted', reference: reading }
    : { kind: 'doubted', reference, steady };
}

/** Returns whether the database's clock was set between two readings, by more than the tolerance. */
export function isStep(earlier: ClockReading, later: ClockReading): boolean {
  return Math.abs(stepBetween(earlier, later)) > CLOCK_TOLERANCE_MS;
}

/**
 * Returns how far the database's clock went ahead between two readings, beyond the time that passed. Negative if it went
 * back. The time of a suspended machine may have passed for the database or not.
 */
export function stepBetween(earlier: ClockReading, later: ClockReading): number {
  const awake = later.monotonic - earlier.monotonic;
  const passed = Math.max(awake, later.uptime - earlier.uptime);
  const told = later.database - earlier.database;
  if (told < awake) return told - awake;
  return Math.max(0, told - passed);
}
