import { afterEach, beforeEach, it } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { DialectName } from '../../src/database/engine/dialect.ts';
import { describeDialects, requestedDialects } from '../database/dialects.ts';
import { BrowserClient } from '../network/browser-client.ts';
import { type Broker, type BrokerSettings, startBroker } from '../network/broker-process.ts';
import { brokerSettings } from '../network/broker-settings.ts';
import { ChildExitedError } from '../network/child.ts';
import { freePorts } from '../network/free-ports.ts';
import { type Network, sharedNetwork } from '../network/network.ts';

/** An override of `undefined` removes a setting. */
export type Overrides = Record<`LATCHKEY_${string}`, string | undefined>;

type Refusal = {
  code: number | null;
  /** The output without the JSON log. */
  message: string;
};

/** Processes of the built broker on one database and one set of settings. */
export type Deployment = {
  readonly settings: BrokerSettings;
  readonly database: DatabaseConfig;
  readonly network: Network;
  /** Starts a process and waits until it is ready. It is stopped after the test at the latest. */
  start: (overrides?: Overrides) => Promise<Broker>;
  /** Starts a process that must not become ready. Returns its end. */
  refusal: (overrides?: Overrides) => Promise<Refusal>;
  browser: () => BrowserClient;
};

/** Runs a suite for each database, or for one of them, with a new deployment for each test. */
export function describeDeployments(
  name: string,
  suite: (deployment: () => Deployment, dialect: DialectName) => void,
  only?: DialectName,
): void {
  if (only && !requestedDialects().includes(only))
    it.skip(`${name} (${only}, which DIALECTS leaves out)`, () => undefined);
  const deployEach = (createEmpty: () => Promise<DatabaseConfig>): (() => Deployment) => {
    let current: { deployment: Deployment; stop: () => Promise<unknown> } | undefined;
    beforeEach(async () => {
      current = await deploy(await createEmpty());
    });
    afterEach(() => current?.stop());
    return () => {
      if (!current) throw new Error('nothing is deployed outside of a test');
      return current.deployment;
    };
  };
  describeDialects(
    name,
    (_open, { dialect, createEmpty }) => {
      suite(deployEach(createEmpty), dialect);
    },
    requestedDialects().filter(dialect => dialect === (only ?? dialect)),
  );
}

async function deploy(
  database: DatabaseConfig,
): Promise<{ deployment: Deployment; stop: () => Promise<unknown> }> {
  const network = await sharedNetwork();
  const [port = 0] = await freePorts(1);
  const databaseUrl = database.kind === 'sqlite' ? `sqlite:${database.path}` : database.url;
  const settings = brokerSettings({ network, port, databaseUrl });
  const brokers: Broker[] = [];
  const start = async (overrides: Overrides = {}): Promise<Broker> => {
    const broker = await startBroker(withOverrides(settings, overrides));
    brokers.push(broker);
    return broker;
  };
  const { LATCHKEY_PUBLIC_URL: url = '' } = settings;
  const deployment = {
    settings,
    database,
    network,
    start,
    refusal: (overrides?: Overrides) => refused(start(overrides)),
    browser: () => new BrowserClient({ broker: url }),
  };
  return { deployment, stop: () => Promise.all(brokers.map(broker => broker.stop())) };
}

function withOverrides(settings: BrokerSettings, overrides: Overrides): BrokerSettings {
  const entries = Object.entries({ ...settings, ...overrides });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as BrokerSettings;
}

async function refused(starting: Promise<Broker>): Promise<Refusal> {
  try {
    await starting;
  } catch (error) {
    if (!(error instanceof ChildExitedError)) throw error;
    const lines = error.output.split('\n').filter(line => !line.startsWith('{'));
    return { code: error.exit.code, message: lines.join('\n') };
  }
  throw new Error('the broker has started');
}
