import type { Database } from '../../../src/database/connection/database.ts';
import { ClockGuard } from '../../../src/leases/clock/clock-guard.service.ts';
import { ConfirmedTime } from '../../../src/leases/clock/confirmed-time.service.ts';
import { Instances } from '../../../src/leases/instances/instances.service.ts';
import { TokenRefresh } from '../../../src/oauth/refresh/token-refresh.service.ts';
import { AnswerStore } from '../../../src/sessions/answers/answer-store.service.ts';
import { NewGrants } from '../../../src/sessions/endings/new-grants.service.ts';
import { SessionMarks } from '../../../src/sessions/stored/session-marks.service.ts';
import { SpoolProof } from '../../../src/single-use/spool/spool-proof.service.ts';
import { AttemptSightings } from '../../../src/single-use/attempt-sightings.service.ts';
import { SpoolDrain } from '../../../src/single-use/spool-drain.service.ts';
import type { Replacement } from '../brokers/broker-process.ts';
import type { Focus } from '../world/world-settings.ts';
import { RevokingGrants, UnsettledDatabase } from './commit-mutants.ts';
import {
  CarelessInstances,
  HastySightings,
  HastyTime,
  ImpatientInstances,
  StrictRefresh,
  TrustingGuard,
  TrustingMarks,
} from './sending-mutants.ts';
import {
  RevokingStore,
  UnisolatedDrain,
  UnisolatedStore,
  UnprovenSpool,
  WaitingDrain,
} from './start-mutants.ts';

/** An old fault that the simulation must find: what it replaces in the product, and the worlds that meet it soonest. */
export type Mutant = {
  /** The row of the issue that it brings back. */
  readonly row: number;
  readonly replacements: readonly Replacement[];
  /** The class of the database, if it is another. */
  readonly database?: typeof Database;
  /** The same worlds without the mutant must break nothing. */
  readonly focus: Focus;
};

/** The mutants by name. */
export const mutants: Readonly<Record<string, Mutant>> = {
  'one file ends the start': {
    row: 1,
    replacements: [
      { provide: SpoolDrain, useClass: UnisolatedDrain },
      { provide: AnswerStore, useClass: UnisolatedStore },
    ],
    focus: { isQuiet: true, weights: { 'odd file in a spool': 20, crash: 20 } },
  },
  'storing waits for an issuer': {
    row: 2,
    replacements: [
      { provide: AnswerStore, useClass: RevokingStore },
      { provide: SpoolDrain, useClass: WaitingDrain },
    ],
    focus: {
      isQuiet: true,
      weights: { use: 120, 'sign out amid a refresh': 60, crash: 60 },
      issuers: ['silent'],
    },
  },
  'odd answers are thrown away': {
    row: 3,
    replacements: [{ provide: TokenRefresh, useClass: StrictRefresh }],
    focus: { isQuiet: true, weights: {}, issuers: ['odd-members'] },
  },
  'revoked on doubt': {
    row: 4,
    replacements: [{ provide: NewGrants, useClass: RevokingGrants }],
    database: UnsettledDatabase,
    focus: { isQuiet: true, weights: { 'commit cut': 30, 'sign in': 60 }, issuers: ['strict'] },
  },
  'the list is left with a full spool': {
    row: 5,
    replacements: [{ provide: Instances, useClass: CarelessInstances }],
    focus: {
      isQuiet: true,
      weights: { 'leave amid a refresh': 60, 'refresh now': 60, use: 80 },
      issuers: ['strict'],
      machines: 2,
      absences: { restart: 0, long: 0, gone: 0 },
    },
  },
  'an owner is given up blindly': {
    row: 6,
    replacements: [{ provide: Instances, useClass: ImpatientInstances }],
    focus: {
      isQuiet: true,
      weights: { 'stop amid a refresh': 15, 'refresh now': 80, use: 80 },
      issuers: ['strict'],
      machines: 3,
      absences: { restart: 0, minutes: 0, gone: 0 },
    },
  },
  'every clock is believed': {
    row: 7,
    replacements: [
      { provide: ClockGuard, useClass: TrustingGuard },
      { provide: ConfirmedTime, useClass: HastyTime },
      { provide: AttemptSightings, useClass: HastySightings },
    ],
    focus: { isQuiet: true, weights: { 'clock steps': 40, sweep: 40 } },
  },
  'the spool is not proved': {
    row: 8,
    replacements: [{ provide: SpoolProof, useClass: UnprovenSpool }],
    focus: { isQuiet: true, weights: { 'disk in trouble': 40 } },
  },
  'every row is believed': {
    row: 9,
    replacements: [{ provide: SessionMarks, useClass: TrustingMarks }],
    focus: { isQuiet: true, weights: { 'row rolled back': 40, 'refresh now': 80 } },
  },
};
