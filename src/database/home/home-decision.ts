import { createHash } from 'node:crypto';
import type { HomeFacts } from '../engine/home-facts.ts';

/** The home that a database names. */
export type StoredHome = { readonly facts: HomeFacts; readonly settledAt: string };

export type HomeDecision =
  /** The first start: this is its home from now on. */
  | { readonly kind: 'adopt' }
  | { readonly kind: 'same' }
  /** The operator has said that the former home is gone. */
  | { readonly kind: 'accept' }
  /** Restored or copied. `fingerprint` is what the operator accepts. */
  | { readonly kind: 'refuse'; readonly fingerprint: string };

/**
 * Decides whether a broker may start on a database.
 *
 * @param accepted the fingerprint that the operator accepts
 */
export function decideHome(
  stored: StoredHome | undefined,
  found: HomeFacts,
  accepted: string | undefined,
): HomeDecision {
  if (stored === undefined) return { kind: 'adopt' };
  if (isSameHome(stored.facts, found)) return { kind: 'same' };
  const fingerprint = fingerprintOf(stored, found);
  return accepted === fingerprint ? { kind: 'accept' } : { kind: 'refuse', fingerprint };
}

/** Compares the facts that both have: an upgrade of the system may add one, or take one away. */
function isSameHome(stored: HomeFacts, found: HomeFacts): boolean {
  return Object.entries(stored).every(([name, value]) => (found[name] ?? value) === value);
}

/** Names one move from one home to another, so that an old acceptance does not count for the next. */
function fingerprintOf({ facts, settledAt }: StoredHome, found: HomeFacts): string {
  const sorted = (home: HomeFacts): [string, string][] =>
    Object.entries(home).sort(([a], [b]) => a.localeCompare(b));
  const text = JSON.stringify([sorted(facts), settledAt, sorted(found)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
