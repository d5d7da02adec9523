import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.ts';
import { createBroker } from '../../src/broker.ts';
import { type DatabaseConfig, readConfig } from '../../src/config/config.ts';
import { Database } from '../../src/database/connection/database.ts';
import type { DialectName } from '../../src/database/engine/dialect.ts';
import { Log } from '../../src/observability/log/log.ts';
import { findUnlistedColumns } from '../database/unlisted-columns.ts';
import { describeDialects, requestedDialects, type TestDialect } from '../database/dialects.ts';
import {
  brokerSettings,
  type BrokerSecrets,
  makeBrokerSecrets,
  noLimits,
} from '../network/broker-settings.ts';
import { BrowserClient } from '../network/browser-client.ts';
import { freePorts } from '../network/free-ports.ts';
import { type Network, sharedNetwork } from '../network/network.ts';

/** A broker in this process, on loopback, with its own database, in the shared real network. */
export type TestBroker = {
  readonly dialect: DialectName;
  readonly url: string;
  readonly publicUrl: string;
  readonly secrets: BrokerSecrets;
  readonly app: NestFastifyApplication;
  readonly database: Database;
  readonly network: Network;
  /** The broker's log so far, one entry per line. */
  readonly logLines: readonly string[];
  /** Returns a new browser. */
  browser(): BrowserClient;
};

export type TestBrokerOptions = {
  /** True for a confidential client with an https id, else a loopback client. */
  readonly confidential?: boolean;
  /** Runs on one database only, because the suite does not depend on it. */
  readonly anyDatabase?: boolean;
  /** An undefined value removes a default setting of test brokers. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** Further modules of the suite. */
  readonly modules?: readonly Type[];
  /** The suite's own network, if the suite breaks it. */
  readonly network?: Network;
  /** A stopped broker, whose database, address, keys and network the new one takes over. */
  readonly inPlaceOf?: Pick<TestBroker, 'url' | 'publicUrl' | 'secrets' | 'network'>;
  /** A broker of the same deployment, whose public URL and secrets the new one shares. */
  readonly peer?: Pick<TestBroker, 'publicUrl' | 'secrets'>;
};

/** Runs one suite for each database, with one broker for the whole suite. */
export function describeBroker(
  name: string,
  suite: (broker: () => TestBroker) => void,
  options: TestBrokerOptions = {},
): void {
  const run = (_open: unknown, { dialect, create }: TestDialect): void => {
    // A block of its own, so that the broker stops before the database is deleted.
    describe('at a running broker', () => {
      let broker: TestBroker | undefined;
      beforeAll(async () => {
        broker = await startTestBroker(dialect, await create(), options);
      });
      afterAll(async () => {
        const unlisted = broker && (await findUnlistedColumns(broker.database).catch(() => []));
        await broker?.app.close();
        // Every suite fills other tables, so each one looks.
        if (unlisted?.length) throw new Error(`missing in sealed-columns.ts: ${unlisted.join(', ')}`);
      });
      suite(() => {
        if (!broker) throw new Error('the broker has not started');
        return broker;
      });
    });
  };
  describeDialects(name, run, options.anyDatabase ? requestedDialects().slice(0, 1) : requestedDialects());
}

/** Starts a broker; the caller closes its `app`. */
export async function startTestBroker(
  dialect: DialectName,
  database: DatabaseConfig,
  {
    confidential = false,
    settings = {},
    modules = [],
    inPlaceOf: previous,
    peer,
    ...options
  }: TestBrokerOptions = {},
): Promise<TestBroker> {
  const network = previous?.network ?? options.network ?? (await sharedNetwork());
  const url = previous?.url ?? `http://127.0.0.1:${await freePort()}`;
  const port = Number(new URL(url).port);
  const publicUrl = (previous ?? peer)?.publicUrl ?? (confidential ? randomHttpsOrigin() : url);
  const secrets = (previous ?? peer)?.secrets ?? makeBrokerSecrets();
  const place = { network, port, databaseUrl: databaseUrlOf(database), publicUrl };
  const logLines: string[] = [];
  const log = new Log({ write: line => logLines.push(line) });
  const config = readConfig({ ...brokerSettings(place, secrets), ...noLimits, ...settings });
  const app = await createBroker(config, log, withModules(AppModule.forConfig(config, log), modules));
  await app.listen(port, '127.0.0.1');
  if (confidential && !peer) await network.mapClientOrigin(publicUrl, url);
  const browser = (): BrowserClient => new BrowserClient({ broker: url, publicUrl });
  return { dialect, url, publicUrl, secrets, app, database: app.get(Database), network, logLines, browser };
}

function withModules(broker: DynamicModule, modules: readonly Type[]): DynamicModule {
  return { ...broker, imports: [...(broker.imports ?? []), ...modules] };
}

async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

function randomHttpsOrigin(): string {
  return `https://${randomBytes(4).toString('hex')}.latchkey.internal`;
}

/** Returns the account of the shared network with this handle. */
export function accountOf({ network }: TestBroker, handle: string): Network['accounts'][number] {
  const account = network.accounts.find(candidate => candidate.handle === handle);
  if (!account) throw new Error(`the network has no account ${handle}`);
  return account;
}

function databaseUrlOf(database: DatabaseConfig): string {
  return database.kind === 'sqlite' ? `sqlite:${database.path}` : database.url;
}
