import { expect, it } from '@jest/globals';
import {
  decideUse,
  type Evidence,
  type OwnerState,
  type StoredAttempt,
  type UseDecision,
} from './use-decision.ts';
import { asId } from '../../test/ids.ts';

const now = new Date('2026-11-20T18:00:00.000Z');

const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

const named = { id: asId('a'), owner: 'o' };
const prepared = (leaseUntil: Date | null): StoredAttempt => ({ ...named, state: 'prepared', leaseUntil });
const sent = (sentAt: Date | null): StoredAttempt => ({ ...named, state: 'sent', sentAt });
const inDoubt = (sentAt: Date | null): StoredAttempt => ({ ...named, state: 'in_doubt', sentAt });

const free: UseDecision = { kind: 'free' };
const wait: UseDecision = { kind: 'wait' };
const probe: UseDecision = { kind: 'probe' };
const lost: UseDecision = { kind: 'lost', attemptId: asId('a') };
const orphaned: UseDecision = { kind: 'free', orphan: asId('a') };
const notBefore = (until: Date | null): UseDecision => ({ kind: 'in-doubt', until });
const takeOver = (resends: number): UseDecision => ({ kind: 'take-over', attemptId: asId('a'), resends });

type Case = [StoredAttempt | null, OwnerState, Evidence, resends: number, UseDecision];

it.each<Case>([
  [null, 'working', 'not-probed', 0, free],
  [null, 'gone', 'refused', 3, free],
  // Nothing was sent.
  [prepared(at(1)), 'working', 'not-probed', 0, wait],
  [prepared(null), 'working', 'not-probed', 0, wait],
  [prepared(at(0)), 'working', 'not-probed', 0, free],
  [prepared(at(1)), 'gone', 'not-probed', 0, orphaned],
  [prepared(at(-1)), 'gone', 'refused', 1, orphaned],
  // The owner may still receive the answer.
  [sent(at(-9999)), 'working', 'not-probed', 0, wait],
  [sent(at(-9999)), 'working', 'unavailable', 0, wait],
  // The owner is gone, and the evidence is missing.
  [sent(at(-1)), 'gone', 'not-probed', 0, probe],
  [inDoubt(at(-1)), 'working', 'not-probed', 0, probe],
  [inDoubt(at(-9999)), 'gone', 'not-probed', 0, probe],
  // The request may still be accepted.
  [sent(at(-20)), 'gone', 'unavailable', 0, notBefore(at(100))],
  [inDoubt(at(-119.5)), 'working', 'accepted', 0, notBefore(at(0.5))],
  [inDoubt(at(-20)), 'gone', 'unknown', 0, notBefore(at(100))],
  [inDoubt(at(-20)), 'gone', 'refused-after-expiry', 0, notBefore(at(100))],
  [inDoubt(null), 'gone', 'accepted', 0, notBefore(at(120))],
  [inDoubt(null), 'gone', 'unavailable', 0, notBefore(at(120))],
  // The request cannot be accepted any more.
  [sent(at(-120)), 'gone', 'unavailable', 0, takeOver(1)],
  [inDoubt(at(-121)), 'working', 'unavailable', 0, takeOver(1)],
  [sent(at(-120)), 'gone', 'accepted', 0, takeOver(0)],
  [inDoubt(at(-121)), 'working', 'accepted', 1, takeOver(0)],
  [inDoubt(at(-121)), 'gone', 'refused-after-expiry', 0, takeOver(1)],
  [inDoubt(at(-121)), 'gone', 'unknown', 0, notBefore(null)],
  [inDoubt(at(-121)), 'gone', 'unknown', 1, notBefore(null)],
  // The token was spent.
  [inDoubt(at(-1)), 'working', 'refused', 0, lost],
  [sent(at(-9999)), 'gone', 'refused', 0, lost],
  [inDoubt(at(-1)), 'working', 'refused-after-expiry', 1, lost],
])('decides about %o of a %s owner, with an old token %s after %d resends', (...row) => {
  const [attempt, owner, evidence, resends, decision] = row;
  const facts = { attempt, owner, evidence, resends, requestLifetimeMs: 120_000 };
  expect(decideUse(facts, now)).toEqual(decision);
});
