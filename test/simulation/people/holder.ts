import type { Did } from '../../../src/database/tables/did.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import type { BrokerProcess } from '../brokers/broker-process.ts';
import type { Grant } from '../network/grants.ts';
import type { Issuer } from '../network/issuer.ts';
import type { Actor } from '../time/actor.ts';
import type { Random } from '../time/random.ts';
import { callBroker, type CallOutcome } from './outcome.ts';

/** What a holder needs of its world. */
export type HolderWorld = {
  /** Returns a broker that serves, or undefined while none does. */
  pickBroker(): BrokerProcess | undefined;
  readonly server: { readonly areClocksRight: boolean };
  /** A holder was told that its access has ended. Fails the run unless something excuses it. */
  judgeLoss(holder: Holder, told: string): Promise<void>;
  /** Something happened that must not. */
  violate(kind: string, detail: string): void;
  /** Returns the grant whose newest tokens the session's row holds, if it can be read. */
  grantOfSession(id: SessionId, issuer: Issuer): Promise<Grant | undefined>;
  note(line: string): void;
};

/** Codes that say "not now". Every other refusal ends what the holder has. */
const passing = new Set([
  'DatabaseUnavailable',
  'InternalError',
  'IssuerUnavailable',
  'RefreshInDoubt',
  'ShuttingDown',
  'TokenUnavailable',
  'TooManyRequests',
  'UpstreamTimeout',
  'UpstreamUnavailable',
  'UseDpopNonce',
  'AccountUnreachable',
  'AccountNotFound',
  'LoginExpired',
  'LoginRefused',
  'LoginUnsupported',
  'SessionSuspended',
  'SpoolUnavailable',
]);

/** Somebody or something that keeps a session alive: a browser, a key, a native app. */
export abstract class Holder {
  readonly name: string;
  readonly did: Did;
  readonly issuer: Issuer;
  readonly actor: Actor;
  readonly random: Random;
  protected readonly world: HolderWorld;
  /** The grant that it uses, as the issuer knows it. Undefined while it has no access. */
  grant: Grant | undefined;
  sessionId: SessionId | undefined;
  /** The number of losses so far that an exception excuses. */
  losses = 0;
  #isActing = false;

  constructor(
    name: string,
    parts: { readonly did: Did; readonly issuer: Issuer; readonly actor: Actor },
    world: HolderWorld,
  ) {
    this.name = name;
    this.did = parts.did;
    this.issuer = parts.issuer;
    this.actor = parts.actor;
    this.random = parts.actor.random;
    this.world = world;
  }

  abstract get hasAccess(): boolean;

  /** Does one thing that its person would do. */
  protected abstract act(): Promise<void>;

  /** Uses its access once. Returns whether that worked, or undefined if it has none. */
  abstract use(broker?: BrokerProcess): Promise<CallOutcome<unknown> | undefined>;

  /** Does one thing, unless it is still doing another. */
  async actOnce(): Promise<void> {
    await this.alone(() => this.act());
  }

  /** Uses its access, unless it is doing something else. */
  async useOnce(broker?: BrokerProcess): Promise<CallOutcome<unknown> | undefined> {
    return this.alone(() => this.use(broker));
  }

  get isBusy(): boolean {
    return this.#isActing;
  }

  protected async call<Value>(
    work: (broker: BrokerProcess) => Promise<Value>,
    broker = this.world.pickBroker(),
  ): Promise<CallOutcome<Value>> {
    if (!broker) return { kind: 'none' };
    const outcome = await callBroker(this.actor, broker, () => work(broker));
    this.world.note(
      `${this.name} at ${broker.name}: ${outcome.kind === 'refused' ? outcome.code : outcome.kind}`,
    );
    if (outcome.kind === 'refused' && outcome.code.startsWith('unexpected'))
      this.world.violate('unexpected error', `${this.name}: ${stackOf(outcome.error)}`);
    return outcome;
  }

  /** Forgets its access, as its person ended it, or as it was lost. */
  protected forget(): void {
    this.grant = undefined;
    this.sessionId = undefined;
  }

  protected async alone<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#isActing) return undefined;
    this.#isActing = true;
    try {
      return await work();
    } finally {
      this.#isActing = false;
    }
  }
}

/** Returns whether a refusal says that trying again later may help. */
export function isPassing(code: string): boolean {
  return passing.has(code) || code.startsWith('unexpected');
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
