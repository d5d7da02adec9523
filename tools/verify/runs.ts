/** A property that the model asserts, by the name of its variable. */
export type Property =
  'NoDoubleSend' | 'NoLiveGrantRevoked' | 'AnswerOnDiskIsUsed' | 'NoNeedlessLoss' | 'Settles';

/** An exhaustive search with the rules as they are. `limits` are macros of the model. */
export type Check = {
  readonly name: string;
  readonly limits: Readonly<Record<string, number>>;
  /** `ends`: no run is infinite. Otherwise every property holds. */
  readonly goal: 'ends' | 'holds';
};

/** A search for the counterexample that an old rule, or a missing assumption, must have. */
export type Switch = {
  /** The macro, in lower case with hyphens. */
  readonly name: string;
  readonly breaks: Property;
  readonly limits?: Readonly<Record<string, number>>;
};

export const properties: readonly Property[] = [
  'NoDoubleSend',
  'NoLiveGrantRevoked',
  'AnswerOnDiskIsUsed',
  'NoNeedlessLoss',
  'Settles',
];

const failover = { ROLLBACKS: 1, FAULTS: 1, LEAVES: 0, LOGOUTS: 0, STEPS: 0 };

/** The longest first. */
export const checks: readonly Check[] = [
  { name: 'three faults', limits: { FAULTS: 3 }, goal: 'holds' },
  { name: 'two faults', limits: { FAULTS: 2 }, goal: 'ends' },
  { name: 'failover and one fault', limits: failover, goal: 'holds' },
];

/** They take minutes and gigabytes. */
export const longChecks: readonly Check[] = [
  { name: 'four faults', limits: { FAULTS: 4, STEPS: 0, LOGOUTS: 0 }, goal: 'holds' },
  { name: 'two crashes', limits: { FAULTS: 3, CRASHES: 2, CUTS: 2 }, goal: 'holds' },
  { name: 'a key', limits: { FAULTS: 3, KEYS: 1 }, goal: 'holds' },
  { name: 'three faults', limits: { FAULTS: 3 }, goal: 'ends' },
  { name: 'failover and two faults', limits: { ...failover, FAULTS: 2 }, goal: 'holds' },
  { name: 'failover and one fault', limits: failover, goal: 'ends' },
];

/** The rules that were given up for the present ones. */
export const oldFaults: readonly Switch[] = [
  { name: 'blind-resend', breaks: 'NoDoubleSend' },
  { name: 'leave-with-full-spool', breaks: 'AnswerOnDiskIsUsed' },
  { name: 'takeover-by-database-clock', breaks: 'NoDoubleSend' },
  { name: 'patience-by-database-clock', breaks: 'NoDoubleSend' },
  { name: 'wait-for-both-clocks', breaks: 'Settles' },
  { name: 'expiry-by-database-clock', breaks: 'NoNeedlessLoss' },
  { name: 'wait-keyed-by-attempt', breaks: 'NoDoubleSend' },
  { name: 'claim-without-sent-at', breaks: 'NoDoubleSend' },
  { name: 'look-takes-an-earlier-commit', breaks: 'NoDoubleSend' },
  { name: 'probe-before-the-wait', breaks: 'NoDoubleSend' },
  { name: 'survival-always-proves', breaks: 'NoDoubleSend' },
  { name: 'commit-while-gone', breaks: 'NoDoubleSend' },
  { name: 'in-doubt-while-listening', breaks: 'NoDoubleSend' },
  { name: 'resend-soon-after-502', breaks: 'NoDoubleSend' },
  { name: 'lost-after-two-sends', breaks: 'NoNeedlessLoss' },
  { name: 'revoke-on-unconfirmed-commit', breaks: 'NoLiveGrantRevoked' },
  { name: 'cookies-deleted-at-response-lost', breaks: 'NoLiveGrantRevoked' },
  { name: 'sweep-by-one-reading', breaks: 'NoLiveGrantRevoked' },
  { name: 'network-in-storing', breaks: 'Settles' },
  { name: 'rollback-unnoticed', breaks: 'NoDoubleSend', limits: failover },
  { name: 'journal-of-its-own-only', breaks: 'NoDoubleSend', limits: failover },
];

/** What the model assumes of the world. Without it, a property breaks that no rule could keep. */
export const missingAssumptions: readonly Switch[] = [
  { name: 'owner-returns-late', breaks: 'NoDoubleSend' },
  { name: 'clock-wrong-for-an-hour', breaks: 'NoLiveGrantRevoked' },
];
