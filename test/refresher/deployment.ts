import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readConfig } from '../../src/config/config.ts';
import { Keyring } from '../../src/crypto/keyring.ts';
import { SealedBox } from '../../src/crypto/sealed-box.ts';
import { RowMac } from '../../src/crypto/row-mac.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { BrowserClient } from '../network/browser-client.ts';
import { type Broker, type BrokerSettings, startBroker } from '../network/broker-process.ts';
import {
  type BrokerPlace,
  type BrokerSecrets,
  brokerSettings,
  makeBrokerSecrets,
} from '../network/broker-settings.ts';
import { freePorts } from '../network/free-ports.ts';
import type { Network } from '../network/network.ts';
import { asId } from '../ids.ts';

export type SessionView = {
  id: SessionId;
  status: string;
  reason: string | null;
  generation: number;
  attempt: string;
  failures: number;
  grantedAt: string;
};

export type SignedIn = { browser: BrowserClient; id: SessionId };

/** Broker processes that share one database, and are stopped together. */
export class Deployment {
  readonly publicUrl: string;
  readonly #network: Network;
  readonly #place: BrokerPlace;
  readonly #secrets = makeBrokerSecrets();
  readonly #brokers = new Set<Broker>();
  readonly #signedIn = new Map<string, SignedIn>();

  private constructor(network: Network, port: number, databaseUrl: string, publicUrl: string) {
    this.#network = network;
    this.publicUrl = publicUrl;
    this.#place = { network, port, databaseUrl, publicUrl: this.publicUrl };
  }

  /** @param httpsOrigin of a confidential client, undefined for a loopback client */
  static async create(network: Network, databaseUrl: string, httpsOrigin?: string): Promise<Deployment> {
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    if (httpsOrigin !== undefined) await network.mapClientOrigin(httpsOrigin, url);
    return new Deployment(network, port, databaseUrl, httpsOrigin ?? url);
  }

  /** Returns a broker's addresses and token for apps and the operator. */
  addressOf({ url }: Broker): {
    url: string;
    publicUrl: string;
    secrets: BrokerSecrets;
    network: Network;
  } {
    return { url, publicUrl: this.publicUrl, secrets: this.#secrets, network: this.#network };
  }

  /** Starts a broker at the public URL, or at another address. */
  async start(more: Partial<BrokerSettings> = {}, elsewhere = false): Promise<Broker> {
    const [port = 0] = elsewhere ? await freePorts(1) : [this.#place.port];
    const settings = brokerSettings({ ...this.#place, port }, this.#secrets);
    const broker = await startBroker({ ...settings, ...more } as BrokerSettings);
    this.#brokers.add(broker);
    return broker;
  }

  /** Returns a new browser. */
  browser({ url }: Broker): BrowserClient {
    return new BrowserClient({ broker: url, publicUrl: this.publicUrl });
  }

  /** Signs an account in at a broker. Returns the browser and the id of its session. */
  async signIn(broker: Broker, handle: string): Promise<SignedIn> {
    const account = this.#network.accounts.find(candidate => candidate.handle === handle);
    if (!account) throw new Error(`the network has no account ${handle}`);
    const browser = this.browser(broker);
    await browser.login(handle, account);
    const path = `/api/sessions?status=active&did=${account.did}`;
    const { sessions } = (await this.operate(broker, 'GET', path)) as { sessions: SessionView[] };
    const newest = sessions.sort((a, b) => a.grantedAt.localeCompare(b.grantedAt)).at(-1);
    return { browser, id: newest?.id ?? asId('') };
  }

  /** Returns an active session of an account from an earlier test, or of a new login. */
  async takeSession(broker: Broker, handle: string): Promise<SignedIn> {
    const known = this.#signedIn.get(handle);
    if (known && (await this.look(broker, known.id)).status === 'active') return known;
    const signedIn = await this.signIn(broker, handle);
    this.#signedIn.set(handle, signedIn);
    return signedIn;
  }

  async look(broker: Broker, id: SessionId): Promise<SessionView> {
    return (await this.operate(broker, 'GET', `/api/sessions/${id}`)) as SessionView;
  }

  /** Refreshes a session. Rejects if the broker exits meanwhile. */
  refresh(broker: Broker, id: SessionId): Promise<unknown> {
    return this.operate(broker, 'POST', `/api/sessions/${id}/refresh`);
  }

  /** Uses the database directly, with SQLite only while no broker runs. */
  async withDatabase<Result>(
    use: (database: Database, mac: RowMac, box: SealedBox) => Promise<Result>,
  ): Promise<Result> {
    const config = readConfig(brokerSettings(this.#place, this.#secrets));
    const database = await openDatabase(config.database);
    const keyring = new Keyring([Buffer.from(this.#secrets.encryptionKey, 'base64')]);
    return use(database, new RowMac(keyring), new SealedBox(keyring)).finally(() => database.destroy());
  }

  /** Moves a lost request back until the issuer can no longer accept it. */
  async letDeadlinePass(id: SessionId): Promise<void> {
    await this.skipWaits();
    await this.withDatabase(database =>
      database
        .updateTable('oauth_session')
        .set({ sent_at: database.now(-20 * 60) })
        .where('id', '=', id)
        .where('sent_at', 'is not', null)
        .execute(),
    );
  }

  /** Makes the running brokers take the sendings that a test moves back for ones that they have known for longer. */
  async skipWaits(): Promise<void> {
    for (const broker of this.#brokers) {
      if (broker.isRunning() && !(await this.isStopped(broker))) await broker.skipWaits();
    }
  }

  /** Has the operator give up the owner of an attempt, which was silent for longer than an owner that works. */
  async giveUpOwner(id: SessionId): Promise<void> {
    await this.withDatabase(database =>
      database
        .updateTable('instance')
        .set({ seen_at: database.now(-20 * 60), given_up_at: database.now() })
        .where('owner', '=', eb => eb.selectFrom('oauth_session').select('owner').where('id', '=', id))
        .execute(),
    );
  }

  /** Returns whether SIGSTOP has stopped a broker. */
  async isStopped({ pid = 0 }: Broker): Promise<boolean> {
    // Linux shows the state after the name, in parentheses. Elsewhere there is ps.
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').then(
      text => text.slice(text.lastIndexOf(')') + 2),
      async () => (await promisify(execFile)('ps', ['-o', 'state=', '-p', `${pid}`])).stdout,
    );
    return state.startsWith('T');
  }

  async stop(): Promise<void> {
    await Promise.all(
      Array.from(this.#brokers, broker => {
        broker.kill('SIGCONT');
        return broker.stop();
      }),
    );
  }

  /** Calls a route as the operator. Returns JSON or undefined. */
  async operate({ url }: Broker, method: string, path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#secrets.adminToken}` };
    const answer = await fetch(new URL(path, url), { method, headers });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  }
}
