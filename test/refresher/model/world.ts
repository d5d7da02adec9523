import type { SessionId } from '../../../src/database/tables/id.ts';
import type { Config } from '../../../src/config/config.ts';
import type { FailPoint } from '../../../src/config/values/fail-point.ts';
import { SessionRepository, type StoredSession } from '../../../src/sessions/stored/session.repository.ts';
import { SpoolDrain } from '../../../src/single-use/spool-drain.service.ts';
import type { StrictGrant } from '../../network/strict-issuer.ts';
import type { StrictNetwork } from '../../network/strict-network.ts';
import { type Flight, Flights } from './flights.ts';
import { judgeChange, judgeEvents, judgeLoss, judgeTokens } from './life-rules.ts';
import { ModelBroker } from './model-broker.ts';
import { type HeldToken, RefreshRoad, type SentToken } from './refresh-road.ts';
import { type Hands, isSentBlindly, judgeSending } from './sending-rules.ts';
import { type SessionEvent, WatchedLog } from './session-events.ts';
import { refreshTokenOf, type SessionUnderTest } from './session-under-test.ts';
import type { SharedClock } from './shared-clock.ts';

/** The silence after which no process waits for a broker any more. */
const DEAD_AFTER_MS = 10 * 60_000;

/** The longest time that issuers cache a client's keys. */
const JWKS_MINUTES = 11;

const TABLES = ['ui_session', 'oauth_session', 'oauth_state', 'client_key', 'instance', 'lease'] as const;

/** The base of worlds, which use it in turn. */
export type Ground = {
  readonly config: Config;
  readonly clock: SharedClock;
  readonly network: StrictNetwork;
};

/** Brokers on one database, their sessions, the issuer, and the rules that must hold among them. */
export class World {
  readonly ground: Ground;
  readonly road = new RefreshRoad(
    sent => this.#arrive(sent),
    refreshToken => {
      this.#arriveWithoutNonce(refreshToken);
    },
  );
  readonly sessions: SessionUnderTest[] = [];
  /** Returns the brokers that are not dead. */
  brokers: ModelBroker[] = [];
  readonly flights = new Flights(flight => this.#isHeldUp(flight));
  readonly #all: ModelBroker[] = [];
  readonly #stopped = new Map<ModelBroker, SessionUnderTest>();
  readonly #events: SessionEvent[] = [];
  readonly #violations: string[] = [];

  constructor(ground: Ground) {
    this.ground = ground;
  }

  get dialect(): 'sqlite' | 'postgres' {
    return this.ground.config.database.kind;
  }

  /** Returns the brokers that serve callers. */
  get running(): ModelBroker[] {
    return this.brokers.filter(({ state }) => state === 'running');
  }

  async startBroker(): Promise<ModelBroker> {
    const { config, clock } = this.ground;
    const broker = await ModelBroker.start(config, clock, new WatchedLog(this.#events));
    this.brokers.push(broker);
    this.#all.push(broker);
    return broker;
  }

  async find(id: SessionId): Promise<StoredSession> {
    const [reader] = this.brokers;
    const row = await reader?.get(SessionRepository).findSession(id);
    if (!row) throw new Error(`session ${id} has no row`);
    return row;
  }

  /** Returns the sendings of a session's grant. */
  sentOf({ grant }: Pick<SessionUnderTest, 'grant'>): SentToken[] {
    return this.road.sent.filter(sent => this.#grantOf(sent) === grant);
  }

  /** Starts to watch a session that a broker has just stored. */
  async watch(id: SessionId, facts: Pick<SessionUnderTest, 'purpose' | 'cookie'>): Promise<SessionUnderTest> {
    const seen = await this.find(id);
    const grant = this.ground.network.issuer.grantOf(refreshTokenOf(seen) ?? '');
    if (!grant) throw new Error(`session ${id} has tokens of no grant`);
    const session = { ...facts, id, did: seen.did, grant, seen, isOver: false, unsent: [] };
    this.sessions.push(session);
    return session;
  }

  /** Suspends the refresh that `begin` starts at a point. Returns whether it got there. */
  async stopAt(
    point: FailPoint,
    broker: ModelBroker,
    session: SessionUnderTest,
    begin: () => Flight,
  ): Promise<boolean> {
    const reached = broker.stopAt(point).then(() => true);
    const flight = begin();
    const isStopped = await Promise.race([reached, this.flights.settle().then(() => false)]);
    if (!isStopped && !broker.held) {
      broker.disarm();
      return false;
    }
    this.#stopped.set(broker, session);
    const token = refreshTokenOf(await this.find(session.id));
    if (point === 'before_send' && token !== undefined) session.unsent.push(token);
    return !flight.isSettled;
  }

  /** Resumes a suspended broker. */
  async goOn(broker: ModelBroker): Promise<void> {
    if (broker.held?.point === 'before_send') this.#stopped.get(broker)?.unsent.pop();
    this.#stopped.delete(broker);
    await broker.thaw();
    broker.held?.release();
  }

  /** Kills a broker and replaces it. */
  async kill(broker: ModelBroker): Promise<void> {
    this.#noteReceived();
    this.flights.drop(broker);
    this.#stopped.delete(broker);
    this.brokers = this.brokers.filter(other => other !== broker);
    await broker.die();
    const replacement = await this.startBroker();
    await replacement.get(SpoolDrain).drainNow();
  }

  /** Ends the world in any state, without remains. */
  async end(): Promise<void> {
    for (const { release } of this.road.held) await release('lost');
    const [last] = this.brokers;
    for (const table of TABLES) await last?.database.deleteFrom(table).execute();
    for (const broker of this.brokers) await broker.die();
    // The issuer caches a client's keys, and the next world has other ones.
    this.ground.clock.pass(JWKS_MINUTES);
  }

  async pass(minutes: number): Promise<void> {
    this.ground.clock.pass(minutes);
    for (const broker of this.running) await broker.beat();
  }

  /** Waits for pending operations, and checks the rules. */
  async check(): Promise<void> {
    await this.flights.settle();
    this.#noteReceived();
    for (const session of this.sessions) await this.#checkSession(session);
    if (this.#violations.length > 0) throw new Error(this.#violations.join('\n'));
  }

  async #checkSession(session: SessionUnderTest): Promise<void> {
    const before = { ...session.grant };
    const row = await this.find(session.id);
    const events = this.#events.filter(({ sessionId }) => sessionId === session.id);
    this.#require(session, judgeChange(session.seen, row), judgeEvents(row, events));
    if (row.generation > session.seen.generation && row.status === 'needs_reauth')
      this.#require(session, judgeLoss(session, row, this.sentOf(session)), this.#judgeHaste(session));
    // A broker may continue between two checks.
    const judge = (grant: StrictGrant): string | undefined =>
      judgeTokens({ ...session, grant }, row, { sent: this.sentOf(session) });
    if (judge(before)) this.#require(session, judge(session.grant));
    if (session.isOver && row.status !== 'revoking' && row.status !== 'revoked')
      this.#require(session, `its person ended it, and it is ${row.status}`);
    session.seen = row;
  }

  /** Returns a problem if a session was given up although its response may still come. */
  #judgeHaste(session: SessionUnderTest): string | undefined {
    const mayCome = this.sentOf(session).some(
      sent => sent.outcome === 'open' && sent.owner?.state === 'running',
    );
    return mayCome ? 'it was given up while its answer might come' : undefined;
  }

  #require(session: SessionUnderTest, ...problems: readonly (string | undefined)[]): void {
    for (const problem of problems) {
      if (problem !== undefined)
        this.#violations.push(`session ${session.id}: ${problem}${this.#historyOf(session)}`);
    }
  }

  #historyOf(session: SessionUnderTest): string {
    const lines = this.sentOf(session).map(
      each =>
        `\n  ${JSON.stringify({ ...each, owner: each.owner?.owner, refreshToken: each.refreshToken.slice(0, 6) })}`,
    );
    const { status, reason, generation, attempt, resends, failures } = session.seen;
    return `${lines.join('')}\n  before: ${JSON.stringify({ status, reason, generation, attempt, resends, failures })}`;
  }

  /** Checks a refresh token that arrives at the issuer. */
  async #arrive(sent: SentToken): Promise<void> {
    const session = this.sessions.find(({ grant }) => grant === this.#grantOf(sent));
    if (!session) return;
    const row = await this.find(session.id);
    sent.owner = row.attempt ? this.#runOf(row.attempt) : undefined;
    const doubtful = this.road.sent.filter(
      other => other !== sent && other.refreshToken === sent.refreshToken && this.#isDoubtful(other),
    );
    sent.isBlind = isSentBlindly(session, doubtful);
    const problem = judgeSending(sent, {
      session,
      row,
      doubtful,
      handsOf: other => this.#handsOf(other),
    });
    if (problem !== undefined) this.#require(session, `its refresh token ${problem}`);
  }

  /** A token whose response was received must never arrive again, even if it does no harm. */
  #arriveWithoutNonce(refreshToken: string): void {
    const isAnswered = (sent: SentToken): boolean => sent.outcome === 'answered' && sent.received;
    const answered = this.road.sent.find(sent => sent.refreshToken === refreshToken && isAnswered(sent));
    const session = answered && this.sessions.find(({ grant }) => grant === this.#grantOf(answered));
    if (session) this.#require(session, 'its refresh token was sent again after its response was received');
  }

  /** Marks responses as received, except at a broker that was suspended over them. */
  #noteReceived(): void {
    for (const sent of this.road.sent) {
      const isSaid = sent.outcome === 'answered' || sent.outcome === 'refused';
      if (isSaid && this.#handsOf(sent) === 'free') sent.received = true;
    }
  }

  /** Returns whether no broker knows that a refresh token was refused. */
  #isDoubtful(sent: SentToken): boolean {
    // Nobody can receive tokens in a response that is complete without them.
    if (sent.outcome === 'empty') return false;
    return sent.outcome !== 'refused' || !(sent.received || this.#handsOf(sent) === 'free');
  }

  #handsOf(sent: SentToken): Hands {
    const broker = sent.owner;
    if (!broker) return 'free';
    if (broker.state === 'dead') return 'none';
    const isStopped = broker.state === 'frozen' || this.#stopped.get(broker)?.grant === this.#grantOf(sent);
    return isStopped ? 'stopped' : 'free';
  }

  /** Returns whether an operation waits for a suspended broker or a held response. */
  async #isHeldUp({ broker, session }: Flight): Promise<boolean> {
    if (this.#stopped.get(broker) === session) return true;
    const isOpen = ({ sent }: HeldToken): boolean =>
      sent.outcome === 'open' && this.#grantOf(sent) === session.grant && sent.owner?.state === 'running';
    if (this.road.held.some(isOpen)) return true;
    const { attempt, readAt } = await this.find(session.id);
    const owner = attempt && this.#runOf(attempt);
    if (!owner || owner === broker || this.dialect === 'sqlite') return false;
    // The owner may be a later run of the process that prepared it.
    if (attempt.state === 'prepared') return attempt.leaseUntil !== null && attempt.leaseUntil > readAt;
    if (this.#stopped.get(owner) !== session && owner.state === 'running') return false;
    return attempt.state !== 'in_doubt' && Date.now() - owner.silentSince < DEAD_AFTER_MS;
  }

  /** Returns the broker that has an owner's spool now: one that replaces a killed one has the same. */
  #runOf({ owner }: { owner: string }): ModelBroker | undefined {
    return this.#all.findLast(broker => broker.owner === owner);
  }

  #grantOf({ refreshToken }: SentToken): StrictGrant | undefined {
    return this.ground.network.issuer.grantOf(refreshToken);
  }
}
