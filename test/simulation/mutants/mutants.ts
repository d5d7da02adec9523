import type { Database } from '../../../src/database/connection/database.ts';
import { ClockGuard } from '../../../src/leases/clock/clock-guard.service.ts';
import { ConfirmedTime } from '../../../src/leases/clock/confirmed-time.service.ts';
import { Instances } from '../../../src/leases/instances/instances.service.ts';
import { TokenRefresh } from '../../../src/oauth/refresh/token-refresh.service.ts';
import { AnswerStore } from '../../../src/sessions/answers/answer-store.service.ts';
import { NewGrants } from '../../../src/sessions/endings/new-grants.service.ts';
import { AttemptSightings } from '../../../src/single-use/attempt-sightings.service.ts';
import { SpoolDrain } from '../../../src/single-use/spool-drain.service.ts';
import type { Replacement } from '../brokers/broker-process.ts';
import { RevokingGrants, UnsettledDatabase } from './commit-mutants.ts';
import {
  CarelessInstances,
  HastySightings,
  HastyTime,
  ImpatientInstances,
  StrictRefresh,
  TrustingGuard,
} from './sending-mutants.ts';
import { RevokingStore, UnisolatedDrain, UnisolatedStore, WaitingDrain } from './start-mutants.ts';

/** An old fault that the simulation must find: what it replaces in the product, and where it is found soonest. */
export type Mutant = {
  /** The row of the issue that it brings back. */
  readonly row: number;
  readonly replacements: readonly Replacement[];
  /** The class of the database, if it is another. */
  readonly database?: typeof Database;
  /** A seed that finds it within a minute. Undefined as long as none is known. */
  readonly seed?: string;
  /** What happens more often than in other worlds. */
  readonly weights: Readonly<Record<string, number>>;
  /** Kinds of issuers that its worlds do not have. */
  readonly omit?: readonly string[];
};

/** Fewer troubles, so that what is found is the fault that was brought back. */
const rightClocks = { 'clock steps': 0, 'row rolled back': 0 };

const sendings = { 'refresh now': 120, use: 60, crash: 20, leave: 12, 'database away': 30 };

/** The mutants by name. */
export const mutants: Readonly<Record<string, Mutant>> = {
  'one file ends the start': {
    row: 1,
    replacements: [
      { provide: SpoolDrain, useClass: UnisolatedDrain },
      { provide: AnswerStore, useClass: UnisolatedStore },
    ],
    seed: '1',
    weights: { ...rightClocks, 'odd file in a spool': 20, crash: 20 },
    omit: ['odd-words'],
  },
  'storing waits for an issuer': {
    row: 2,
    replacements: [
      { provide: AnswerStore, useClass: RevokingStore },
      { provide: SpoolDrain, useClass: WaitingDrain },
    ],
    weights: { ...rightClocks, ...sendings, 'sign out amid a refresh': 40 },
  },
  'odd answers are thrown away': {
    row: 3,
    replacements: [{ provide: TokenRefresh, useClass: StrictRefresh }],
    seed: '1',
    weights: rightClocks,
  },
  'revoked on doubt': {
    row: 4,
    replacements: [{ provide: NewGrants, useClass: RevokingGrants }],
    database: UnsettledDatabase,
    weights: { ...rightClocks, 'commit cut': 60, use: 120 },
    omit: ['odd-words'],
  },
  'the list is left with a full spool': {
    row: 5,
    replacements: [{ provide: Instances, useClass: CarelessInstances }],
    weights: { ...rightClocks, ...sendings },
  },
  'an owner is given up blindly': {
    row: 6,
    replacements: [{ provide: Instances, useClass: ImpatientInstances }],
    weights: { ...rightClocks, ...sendings, stop: 30, 'refresh in trouble': 40 },
  },
  'every clock is believed': {
    row: 7,
    replacements: [
      { provide: ClockGuard, useClass: TrustingGuard },
      { provide: ConfirmedTime, useClass: HastyTime },
      { provide: AttemptSightings, useClass: HastySightings },
    ],
    seed: '1',
    weights: { 'clock steps': 40, sweep: 40 },
  },
};
