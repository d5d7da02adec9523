import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Config, readConfig } from '../../../src/config/config.ts';
import type { Database } from '../../../src/database/connection/database.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import { didOf } from '../../network/fake-accounts.ts';
import { noLimits } from '../../network/broker-settings.ts';
import type { BrokerProcess, Replacement } from '../brokers/broker-process.ts';
import { watchedLog } from '../brokers/watched-log.ts';
import { DatabaseServer } from '../database/database-server.ts';
import type { Store } from '../database/store.ts';
import { Disk } from '../disk/disk.ts';
import { Directory } from '../network/directory.ts';
import type { Grant } from '../network/grants.ts';
import { Internet } from '../network/internet.ts';
import { Issuer, type IssuerKind } from '../network/issuer.ts';
import { Browser } from '../people/browser.ts';
import type { Holder, HolderWorld } from '../people/holder.ts';
import { KeyHolder } from '../people/key-holder.ts';
import { NativeApp } from '../people/native-app.ts';
import { Judge } from '../rules/judge.ts';
import { type Actor, currentActor } from '../time/actor.ts';
import { Random } from '../time/random.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { Clocks } from './clocks.ts';
import { History } from './history.ts';
import { Machine } from './machine.ts';
import { RowReader } from './row-reader.ts';
import { Tally } from './tally.ts';
import type { WorldSettings } from './world-settings.ts';

/** The true time at which every world begins. */
const EPOCH_MS = Date.UTC(2027, 0, 1);

const MOST_MACHINES = 3;

/** Every world has a strict issuer. The others are drawn. */
const kinds: readonly IssuerKind[] = ['strict', 'stateless', 'odd-words', 'odd-members', 'slow', 'silent'];

/** How long after a clock was set right a holder still doubts what it is told. */
const CLOCK_CALM_MS = 2 * 60_000;

/** Brokers, database, issuers and people, with all that is true about them. */
export class World implements HolderWorld {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly clocks = new Clocks();
  readonly server: DatabaseServer & { readonly areClocksRight: boolean };
  readonly internet: Internet;
  readonly machines: readonly Machine[];
  readonly issuers: readonly Issuer[];
  readonly holders: readonly Holder[];
  readonly rows: RowReader;
  readonly judge: Judge;
  readonly tally = new Tally();
  readonly history = new History();
  readonly settings: WorldSettings;
  readonly onNote: (line: string) => void;
  readonly config: Config;
  /** Actors that are no broker: people, issuers, the database, and the course of events. */
  readonly events: Actor;
  readonly #awaiting: (() => void)[] = [];

  constructor(
    settings: WorldSettings,
    parts: {
      readonly scheduler: Scheduler;
      readonly store: Store;
      readonly directory: string;
      readonly replacements: readonly Replacement[];
      readonly database: typeof Database;
      readonly onNote: (line: string) => void;
    },
  ) {
    this.settings = settings;
    this.scheduler = parts.scheduler;
    this.onNote = parts.onNote;
    this.random = new Random(`${settings.seed}/world`);
    this.events = this.#actor('events');
    const databaseClock = this.clocks.add('database');
    const server = new DatabaseServer(
      parts.store,
      this.#actor('database', () => databaseClock.offsetMs),
    );
    this.server = Object.defineProperty(server as World['server'], 'areClocksRight', {
      get: () => this.areClocksRight,
    });
    this.internet = new Internet(new Random(`${settings.seed}/internet`));
    this.config = this.#makeConfig(parts.directory, parts.store.kind);
    this.rows = new RowReader(parts.store, this.config);
    this.judge = new Judge(this);
    this.issuers = this.#makeIssuers();
    this.machines = this.#makeMachines(parts);
    this.holders = this.#makeHolders();
    const pdsOf = new Map(this.holders.map(({ did, issuer }) => [did, issuer.origin]));
    const directory = new Directory(this.#actor('directory'), did => pdsOf.get(did) ?? '');
    this.internet.open(Directory.origin, directory);
  }

  /** Calls back once, when the next token is spent and its answer is on the way. */
  onceAnswered(callback: () => void): void {
    this.#awaiting.push(callback);
  }

  get areClocksRight(): boolean {
    return this.clocks.areRight && this.scheduler.now - this.clocks.rightSince >= CLOCK_CALM_MS;
  }

  get serving(): BrokerProcess[] {
    return this.machines.flatMap(({ serving }) => serving ?? []);
  }

  pickBroker(): BrokerProcess | undefined {
    const { serving } = this;
    return serving.length === 0 ? undefined : this.random.pick(serving);
  }

  judgeLoss(holder: Holder, told: string): Promise<void> {
    return this.judge.judgeLoss(holder, told);
  }

  violate(kind: string, detail: string): void {
    this.judge.violate(kind, detail);
  }

  async grantOfSession(id: SessionId, issuer: Issuer): Promise<Grant | undefined> {
    const token = (await this.rows.find(id))?.refreshToken;
    return token === undefined ? undefined : issuer.grantOf(token);
  }

  note(line: string): void {
    this.onNote(line);
  }

  #actor(name: string, offsetMs: () => number = () => 0): Actor {
    const { scheduler } = this;
    return {
      name,
      scheduler,
      random: new Random(`${this.settings.seed}/${name}`),
      disk: undefined,
      state: 'running',
      monotonicMs: () => scheduler.now,
      wallMs: () => EPOCH_MS + scheduler.now + offsetMs(),
    };
  }

  #makeConfig(directory: string, kind: Store['kind']): Config {
    const secret = Buffer.alloc(32);
    this.random.fill(secret);
    const isConfidential = this.random.chance(0.7);
    return readConfig({
      ...noLimits,
      LATCHKEY_PUBLIC_URL: isConfidential ? 'https://broker.sim.internal' : 'http://127.0.0.1:9',
      LATCHKEY_DATABASE_URL:
        kind === 'sqlite' ? `sqlite:${join(directory, 'unused.sqlite')}` : 'postgres://unused/unused',
      LATCHKEY_ENCRYPTION_KEYS: secret.toString('base64'),
      LATCHKEY_ADMIN_TOKEN: randomBytes(32).toString('hex'),
      LATCHKEY_PLC_URL: Directory.origin,
      LATCHKEY_HANDLE_RESOLVER: Directory.origin,
    });
  }

  #makeIssuers(): Issuer[] {
    const { omit, focus } = this.settings;
    const drawn: readonly IssuerKind[] = [
      kinds[0] ?? 'strict',
      ...kinds.slice(1).filter(() => this.random.chance(0.5)),
    ].filter(kind => kind === 'strict' || !omit.has(kind));
    return (focus.issuers ?? drawn).map(kind => {
      const clock = this.clocks.add(kind);
      const origin = `https://${kind}.sim.internal`;
      const issuer = new Issuer(
        origin,
        kind,
        this.#actor(kind, () => clock.offsetMs),
        {
          onRefresh: (grant, answer, by) => {
            this.judge.onRefresh(grant, answer, by);
          },
          onAnswer: answer => {
            this.judge.onAnswer(answer);
            for (const callback of this.#awaiting.splice(0)) callback();
          },
          onRevocation: (grant, from) => {
            this.judge.onRevocation(grant, from);
          },
        },
      );
      this.internet.open(origin, issuer);
      return issuer;
    });
  }

  #makeMachines(parts: {
    readonly directory: string;
    readonly replacements: readonly Replacement[];
    readonly database: typeof Database;
  }): Machine[] {
    const { scheduler, server, internet } = this;
    const drawn = this.random.integer(1, MOST_MACHINES);
    return Array.from({ length: this.settings.focus.machines ?? drawn }, (_, index) => {
      const name = `m${index + 1}`;
      const path = join(parts.directory, name);
      const config = Object.assign(Object.create(this.config) as Config, { spoolDirectory: path });
      const log = watchedLog(parts.directory, line => {
        // The code of a process that crashed runs on to its next wait, with its files closed.
        if (currentActor()?.state !== 'gone') this.judge.onLog(name, line);
      });
      return new Machine(
        name,
        { disk: new Disk(path), clock: this.clocks.add(name), seed: this.settings.seed },
        {
          scheduler,
          server,
          internet,
          config,
          log,
          replacements: parts.replacements,
          database: parts.database,
          epochMs: EPOCH_MS,
        },
      );
    });
  }

  #makeHolders(): Holder[] {
    const holders: Holder[] = [];
    let account = 0;
    for (const issuer of this.issuers) {
      for (const kind of ['browser', 'key'] as const) {
        const name = `${kind} of ${issuer.kind}`;
        const parts = { did: didOf(++account), issuer, actor: this.#actor(name) };
        holders.push(kind === 'browser' ? new Browser(name, parts, this) : new KeyHolder(name, parts, this));
      }
    }
    if (this.config.client.kind === 'confidential') {
      for (const issuer of this.issuers.filter(({ kind }) => kind !== 'silent').slice(0, 3)) {
        const name = `app of ${issuer.kind}`;
        holders.push(new NativeApp(name, { did: didOf(++account), issuer, actor: this.#actor(name) }, this));
      }
    }
    return holders;
  }
}
