import { describe, expect, it } from '@jest/globals';
import { asId } from '../../test/ids.ts';
import type { OwnerState } from '../leases/instances/owner-state.ts';
import {
  decideUse,
  type Evidence,
  type StoredAttempt,
  type TokenFacts,
  type UseDecision,
} from './use-decision.ts';

const now = new Date('2026-11-20T18:00:00.000Z');

const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

const longAgo = at(-9999);

const named = { id: asId('a'), owner: 'o' };
const prepared = (leaseUntil: Date | null): StoredAttempt => ({ ...named, state: 'prepared', leaseUntil });
const sent = (sentAt: Date | null): StoredAttempt => ({ ...named, state: 'sent', sentAt });
const inDoubt = (sentAt: Date | null): StoredAttempt => ({ ...named, state: 'in_doubt', sentAt });

const working: OwnerState = { kind: 'working' };
const gone: OwnerState = { kind: 'gone' };
const silent: OwnerState = { kind: 'silent', until: at(777) };

const free: UseDecision = { kind: 'free' };
const wait: UseDecision = { kind: 'wait' };
const probe: UseDecision = { kind: 'probe' };
const lost: UseDecision = { kind: 'lost', attemptId: asId('a') };
const orphaned: UseDecision = { kind: 'free', orphan: asId('a') };
const notBefore = (until: Date | null): UseDecision => ({ kind: 'in-doubt', until });
const takeOver = (resends: number, sentAt: Date | null = longAgo): UseDecision => ({
  kind: 'take-over',
  attemptId: asId('a'),
  sentAt,
  resends,
});

/** Known for as long as it may need, by a trusted clock, at an issuer of which nothing was learned. */
const usual: TokenFacts = {
  attempt: null,
  owner: working,
  evidence: 'not-probed',
  rotationEndsAccessToken: undefined,
  resends: 0,
  requestLifetimeMs: 120_000,
  knownForMs: 99_999_000,
  isClockTrusted: true,
};

const everyEvidence = [
  'not-probed',
  'unavailable',
  'accepted',
  'refused',
  'refused-after-expiry',
  'unknown',
] as const satisfies readonly Evidence[];

type Case = [StoredAttempt | null, OwnerState, Evidence, resends: number, UseDecision];

it.each<Case>([
  [null, working, 'not-probed', 0, free],
  [null, gone, 'refused', 3, free],
  // Nothing was sent.
  [prepared(at(1)), working, 'not-probed', 0, wait],
  [prepared(at(1)), silent, 'not-probed', 0, wait],
  [prepared(null), working, 'not-probed', 0, wait],
  [prepared(at(0)), working, 'not-probed', 0, free],
  [prepared(at(-1)), silent, 'not-probed', 0, free],
  [prepared(at(1)), gone, 'not-probed', 0, orphaned],
  [prepared(at(-1)), gone, 'refused', 1, orphaned],
  // The owner may still receive the answer.
  [sent(at(-9999)), working, 'not-probed', 0, wait],
  [sent(at(-9999)), working, 'unavailable', 0, wait],
  // Nobody has the answer, and the evidence is missing.
  [sent(at(-1)), gone, 'not-probed', 0, probe],
  [inDoubt(at(-1)), working, 'not-probed', 0, probe],
  [inDoubt(at(-1)), silent, 'not-probed', 0, probe],
  [inDoubt(at(-9999)), gone, 'not-probed', 0, probe],
  // The request cannot be accepted any more.
  [sent(longAgo), gone, 'unavailable', 0, takeOver(1)],
  [sent(at(9999)), gone, 'unavailable', 0, takeOver(1, at(9999))],
  [inDoubt(longAgo), working, 'unavailable', 0, takeOver(1)],
  [inDoubt(null), working, 'unavailable', 0, takeOver(1, null)],
  [inDoubt(longAgo), silent, 'unavailable', 0, takeOver(1)],
  [inDoubt(longAgo), gone, 'refused-after-expiry', 0, takeOver(1)],
  [inDoubt(longAgo), gone, 'refused-after-expiry', 1, takeOver(2)],
  [inDoubt(longAgo), gone, 'unknown', 0, notBefore(null)],
  [inDoubt(longAgo), gone, 'unknown', 1, notBefore(null)],
  // The token was spent.
  [inDoubt(at(-1)), working, 'refused', 0, lost],
  [sent(at(-9999)), gone, 'refused', 0, lost],
])('decides about %o of an owner that is %o, with an old token %s after %d resends', (...row) => {
  const [attempt, owner, evidence, resends, decision] = row;
  expect(decideUse({ ...usual, attempt, owner, evidence, resends }, now)).toEqual(decision);
});

it.each(everyEvidence)(
  'waits for a silent owner, whose disk may hold the answer, with a token %s',
  evidence => {
    const facts = { ...usual, attempt: sent(at(-9999)), owner: silent, evidence };
    for (const rotationEndsAccessToken of [true, false, undefined])
      expect(decideUse({ ...facts, rotationEndsAccessToken }, now)).toEqual(notBefore(at(777)));
  },
);

describe('a database clock that is not trusted', () => {
  const doubted = { ...usual, isClockTrusted: false };

  it.each(everyEvidence)('lets nothing be sent again or lost, with a token %s', evidence => {
    for (const attempt of [sent(at(-9999)), inDoubt(at(-9999))])
      expect(decideUse({ ...doubted, attempt, owner: gone, evidence }, now)).toEqual(notBefore(null));
  });

  it('keeps nobody from waiting, or from a token that was not sent', () => {
    expect(decideUse({ ...doubted, attempt: sent(at(-9999)) }, now)).toEqual(wait);
    expect(decideUse({ ...doubted, attempt: prepared(at(-1)) }, now)).toEqual(free);
    expect(decideUse(doubted, now)).toEqual(free);
  });
});

describe('a request that may still be accepted', () => {
  it.each(['unavailable', 'accepted', 'refused-after-expiry', 'unknown'] as const)(
    'is waited for by the clock of this process, whatever that of the database says, with a token %s',
    evidence => {
      for (const attempt of [inDoubt(longAgo), inDoubt(at(9999)), inDoubt(null)])
        for (const [knownForMs, leftSeconds] of [
          [0, 120],
          [20_000, 100],
          [119_500, 0.5],
        ] as const)
          expect(decideUse({ ...usual, attempt, evidence, knownForMs }, now)).toEqual(
            notBefore(at(leftSeconds)),
          );
    },
  );
});

it.each<[boolean | undefined, UseDecision]>([
  [true, takeOver(0)],
  [false, takeOver(2)],
  [undefined, takeOver(2)],
])(
  'takes a working access token for a proof if a rotation ends it: %s',
  (rotationEndsAccessToken, decision) => {
    const facts = { ...usual, attempt: inDoubt(longAgo), evidence: 'accepted', resends: 1 } as const;
    expect(decideUse({ ...facts, rotationEndsAccessToken }, now)).toEqual(decision);
  },
);
