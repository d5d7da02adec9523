import 'reflect-metadata';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessModule } from '../../../src/access/access.module.ts';
import type { Config } from '../../../src/config/config.ts';
import { ConfigModule } from '../../../src/config/config.module.ts';
import { type FailPoint, failPoints } from '../../../src/config/values/fail-point.ts';
import { CryptoModule } from '../../../src/crypto/crypto.module.ts';
import { Database } from '../../../src/database/connection/database.ts';
import { DatabaseModule } from '../../../src/database/database.module.ts';
import { OutboundHttp } from '../../../src/identity/outbound/outbound-http.service.ts';
import { ClockGuard } from '../../../src/leases/clock/clock-guard.service.ts';
import { Instances } from '../../../src/leases/instances/instances.service.ts';
import { LoginModule } from '../../../src/login/login.module.ts';
import { ObservabilityModule } from '../../../src/observability/observability.module.ts';
import { Shutdown } from '../../../src/waiting/shutdown.service.ts';
import { FailPoints } from '../../../src/single-use/fail-points.service.ts';
import { SpoolProof } from '../../../src/single-use/spool/spool-proof.service.ts';
import { SessionLastUse } from '../../../src/sessions/stored/session-last-use.service.ts';
import { ClaimCodeModule } from '../../../src/web/connect/claim-code.module.ts';
import type { SharedClock } from './shared-clock.ts';
import type { WatchedLog } from './session-events.ts';

type Class<Instance> = abstract new (...parameters: never[]) => Instance;

/** A refresh that is suspended at a point. */
export type Held = { point: FailPoint; release: () => void };

/** A broker without HTTP and background work, which tests drive, suspend and kill. */
export class ModelBroker {
  readonly database: Database;
  readonly owner: string;
  /** `frozen`: suspended, as by SIGSTOP, until it is thawed. */
  state: 'running' | 'frozen' | 'dead' = 'running';
  /** The time of its suspension, by the shared clock. */
  silentSince = 0;
  held: Held | undefined;
  readonly #app: INestApplicationContext;
  readonly #log: WatchedLog;

  private constructor(app: INestApplicationContext, clock: SharedClock, log: WatchedLog) {
    this.#app = app;
    this.#log = log;
    this.database = app.get(Database);
    this.owner = this.get(Instances).self;
    clock.follow(this.database);
    // The clocks of these worlds are one, and it jumps.
    this.get(ClockGuard).isTrusted = () => true;
  }

  static async start(config: Config, clock: SharedClock, log: WatchedLog): Promise<ModelBroker> {
    const module = {
      module: ModelModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forLog(log),
        DatabaseModule,
        CryptoModule,
        AccessModule.withVerifiers([], []),
        LoginModule,
        ClaimCodeModule,
      ],
    };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest calls its options a class
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    const broker = new ModelBroker(app, clock, log);
    await broker.beat();
    return broker;
  }

  get<Instance>(part: Class<Instance>): Instance {
    return this.#app.get<Instance>(part, { strict: false });
  }

  /** Sends a heartbeat. */
  async beat(): Promise<void> {
    await this.get(Instances).beat();
  }

  /** Suspends the next refresh at a point. Resolves when one is there. */
  stopAt(point: FailPoint): Promise<void> {
    const [reached, released] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    this.get(FailPoints).arm(point, async () => {
      this.disarm();
      this.held = {
        point,
        release: () => {
          this.held = undefined;
          released.resolve(undefined);
        },
      };
      reached.resolve(undefined);
      await released.promise;
    });
    return reached.promise;
  }

  disarm(): void {
    for (const point of failPoints) this.get(FailPoints).arm(point, undefined);
  }

  freeze(): void {
    this.state = 'frozen';
    this.silentSince = Date.now();
  }

  async thaw(): Promise<void> {
    this.state = 'running';
    await this.beat();
  }

  /** Ends like a killed process: it writes nothing more, and cleans nothing up. */
  async die(): Promise<void> {
    if (this.state === 'running') this.silentSince = Date.now();
    this.state = 'dead';
    this.#log.isSilent = true;
    for (const point of failPoints) this.get(FailPoints).arm(point, () => new Promise(() => undefined));
    await this.database.destroy();
    this.get(Shutdown).announce();
    // Cleans up its timers and sockets in this process.
    await this.get(Instances).onApplicationShutdown();
    await this.get(SessionLastUse).onApplicationShutdown();
    void this.get(OutboundHttp).onApplicationShutdown();
    this.get(SpoolProof).beforeApplicationShutdown();
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }
}

@Module({})
class ModelModule {}
