import type { RunningInstance } from './instance.repository.ts';

const MINUTE_MS = 60_000;

/** An owner without a heartbeat for this long does not work on its attempts any more. */
export const OWNER_SILENCE_MS = 10 * MINUTE_MS;

/** What is known of the process that owns an attempt. */
export type OwnerState =
  /** It may still receive or store the answer. */
  | { readonly kind: 'working' }
  /** It was not seen for ten minutes, and may hold the answer on its disk. It counts as gone from `until`. */
  | { readonly kind: 'silent'; readonly until: Date }
  /** It has no answer, or the operator's patience is over. */
  | { readonly kind: 'gone' };

export const gone: OwnerState = { kind: 'gone' };
export const working: OwnerState = { kind: 'working' };

export type OwnerFacts = {
  /** The row of the owner. An owner that ended with an empty spool has none. */
  readonly instance: Pick<RunningInstance, 'seenAt' | 'givenUpAt' | 'readAt'> | undefined;
  /** For how long the judge has known this last heartbeat, by its own monotonic clock. */
  readonly knownForMs: number;
  readonly patienceMs: number;
};

/**
 * Decides whether an owner may still hold an answer. Its silence must be long by the database's clock and by the judge's
 * own, so that a clock that steps ahead makes nobody gone. A heartbeat from the future is from before the clock went back:
 * then only the judge's own clock counts.
 */
export function decideOwnerState({ instance, knownForMs, patienceMs }: OwnerFacts): OwnerState {
  if (!instance || instance.givenUpAt) return gone;
  const { seenAt, readAt } = instance;
  const silentMs = seenAt > readAt ? knownForMs : readAt.getTime() - seenAt.getTime();
  if (silentMs < OWNER_SILENCE_MS) return working;
  const leftMs = patienceMs - Math.min(silentMs, knownForMs);
  return leftMs > 0 ? { kind: 'silent', until: new Date(readAt.getTime() + leftMs) } : gone;
}
