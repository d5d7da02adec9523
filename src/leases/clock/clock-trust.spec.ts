import { describe, expect, it } from '@jest/globals';
import { type ClockReading, type ClockTrust, decideTrust, stepBetween, type Witness } from './clock-trust.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BEAT_MS = 30_000;

/** Every step that DESIGN names, and the smallest one. */
const STEPS = [-DAY_MS, -2 * HOUR_MS, -11 * MINUTE_MS, -61_000, 61_000, 11 * MINUTE_MS, 100 * DAY_MS];

/** A database's clock that is `lead` ahead of the monotonic clock. */
const readingAt = (monotonic: number, lead = 0, suspended = 0): ClockReading => ({
  database: monotonic + lead,
  monotonic,
  uptime: monotonic + suspended,
});
const trusted: ClockTrust = { kind: 'trusted', reference: readingAt(0) };

/** Reads the clock at each heartbeat after `from` up to `to`. Returns the trust at the end. */
function beat(
  trust: ClockTrust,
  { from = 0, to, lead, witness = 'silent' }: { from?: number; to: number; lead: number; witness?: Witness },
): ClockTrust {
  let current = trust;
  for (let at = from + BEAT_MS; at <= to; at += BEAT_MS)
    current = decideTrust(current, readingAt(at, lead), witness);
  return current;
}

describe("the trust in the database's clock", () => {
  it.each(STEPS)('ends with a step of %d ms, whatever other servers say', lead => {
    for (const witness of ['agree', 'silent', 'disagree'] as const)
      expect(decideTrust(trusted, readingAt(BEAT_MS, lead), witness).kind).toBe('doubted');
  });

  it('does not end because other servers have wrong clocks, however many', () => {
    expect(beat(trusted, { to: 2 * DAY_MS, lead: 0, witness: 'disagree' }).kind).toBe('trusted');
  });

  it('does not end with a step of a minute, nor with a clock that drifts', () => {
    expect(decideTrust(trusted, readingAt(BEAT_MS, MINUTE_MS), 'disagree').kind).toBe('trusted');
    let trust: ClockTrust = trusted;
    for (let n = 1; n <= 3_000; n++) trust = decideTrust(trust, readingAt(n * BEAT_MS, n * 100), 'silent');
    expect(trust.kind).toBe('trusted');
  });

  it('outlives the suspension of the machine, whether the database slept or not', () => {
    expect(decideTrust(trusted, readingAt(BEAT_MS, 8 * HOUR_MS, 8 * HOUR_MS), 'silent').kind).toBe('trusted');
    expect(decideTrust(trusted, readingAt(BEAT_MS, 0, 8 * HOUR_MS), 'silent').kind).toBe('trusted');
    expect(decideTrust(trusted, readingAt(BEAT_MS, 9 * HOUR_MS, 8 * HOUR_MS), 'silent').kind).toBe('doubted');
  });

  it.each(STEPS)('returns a minute after a step of %d ms was undone', lead => {
    const doubted = beat(trusted, { to: 2 * MINUTE_MS, lead });
    const undone = { from: 2 * MINUTE_MS, lead: 0, witness: 'disagree' } as const;
    expect(beat(doubted, { ...undone, to: 3 * MINUTE_MS }).kind).toBe('doubted');
    expect(beat(doubted, { ...undone, to: 3 * MINUTE_MS + BEAT_MS }).kind).toBe('trusted');
  });

  it.each([
    ['agree', 10 * MINUTE_MS],
    ['silent', HOUR_MS],
    ['disagree', DAY_MS],
  ] as const)(
    'returns in a clock that stays where it is, if other servers %s, after %d ms',
    (witness, after) => {
      for (const lead of STEPS) {
        expect(beat(trusted, { to: after, lead, witness }).kind).toBe('doubted');
        const again = beat(trusted, { to: after + BEAT_MS, lead, witness });
        expect(again).toEqual({ kind: 'trusted', reference: readingAt(after + BEAT_MS, lead) });
      }
    },
  );

  it('waits anew after every further step', () => {
    const first = beat(trusted, { to: 50 * MINUTE_MS, lead: DAY_MS });
    const second = beat(first, { from: 50 * MINUTE_MS, to: 100 * MINUTE_MS, lead: 2 * DAY_MS });
    expect(second.kind).toBe('doubted');
    expect(beat(second, { from: 100 * MINUTE_MS, to: 111 * MINUTE_MS, lead: 2 * DAY_MS }).kind).toBe(
      'trusted',
    );
  });

  it('never returns while two clocks answer in turn', () => {
    let trust: ClockTrust = trusted;
    for (let n = 1; n <= 3_000; n++)
      trust = decideTrust(trust, readingAt(n * BEAT_MS, n % 2 === 0 ? 0 : DAY_MS), 'agree');
    expect(trust.kind).toBe('doubted');
  });
});

describe('a step between two readings', () => {
  it.each([
    [readingAt(1_000), 0],
    [readingAt(1_000, 500), 500],
    [readingAt(1_000, -500), -500],
    [readingAt(1_000, 500, 400), 100],
    [readingAt(1_000, 300, 400), 0],
  ])('%j', (later, step) => {
    expect(stepBetween(readingAt(0), later)).toBe(step);
  });
});
