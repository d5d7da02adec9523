import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, type BrokerSettings, startBroker } from './broker-process.ts';
import { brokerSettings, makeBrokerSecrets } from './broker-settings.ts';
import { freePorts } from './free-ports.ts';
import type { Account } from './network-control.ts';
import { startNetwork } from './network.ts';
import { startPostgres } from './postgres.ts';
import type { SandboxOptions } from './sandbox-options.ts';
import type { Started } from './started.ts';

/** A name that a PDS accepts in a client id, and that public DNS never resolves. */
const confidentialUrl = 'https://broker.latchkey.internal';

export type Sandbox = {
  /** The loopback URL of the first broker. */
  broker: string;
  brokers: string[];
  publicUrl: string;
  pds: string;
  plc: string;
  adminToken: string;
  accounts: Account[];
};

/** Gets each line that a part of the sandbox prints. */
export type SandboxLog = (part: string, line: string) => void;

/** Starts a network, a database and its brokers. `started` stops everything. */
export async function startSandbox(
  options: SandboxOptions,
  started: Started,
  log: SandboxLog,
): Promise<Sandbox> {
  const network = await started.start(() =>
    startNetwork({
      onLine: line => {
        log('network', line);
      },
    }),
  );
  const databaseUrl = await startDatabase(options.database, started);
  const ports = await freePorts(options.brokers);
  const brokers = ports.map(port => `http://127.0.0.1:${port}`);
  const [broker = ''] = brokers;
  const publicUrl = options.confidential ? confidentialUrl : broker;
  if (options.confidential) await network.mapClientOrigin(publicUrl, broker);
  const secrets = makeBrokerSecrets();
  for (const [index, port] of ports.entries()) {
    const settings = brokerSettings({ network, port, databaseUrl, publicUrl }, secrets);
    await started.start(() => startLoggedBroker(`broker ${index + 1}`, settings, log));
  }
  const { pds, plc, accounts } = network;
  return { broker, brokers, publicUrl, pds, plc, adminToken: secrets.adminToken, accounts };
}

async function startDatabase(kind: SandboxOptions['database'], started: Started): Promise<string> {
  if (kind === 'postgres') {
    return (await started.start(startPostgres)).createDatabase();
  }
  const { path } = await started.start(makeTemporaryDirectory);
  return `sqlite:${join(path, 'latchkey.sqlite')}`;
}

async function makeTemporaryDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'latchkey-sandbox-'));
  return { path, stop: () => rm(path, { recursive: true, force: true }) };
}

async function startLoggedBroker(part: string, settings: BrokerSettings, log: SandboxLog): Promise<Broker> {
  const broker = await startBroker(settings, line => {
    log(part, line);
  });
  void broker.exited.then(({ code, signal }) => {
    log(part, `ended (${signal ?? `exit code ${code ?? 'unknown'}`})`);
  });
  return broker;
}
