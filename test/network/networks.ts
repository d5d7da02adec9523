import { createAccount, takeDownAccount } from './accounts.ts';
import type { ClientOrigins } from './client-origins.ts';
import { Faults } from './faults.ts';
import { LexiconAuthority } from './lexicon-authority.ts';
import { listenOnLoopback } from './loopback-server.ts';
import { type NetworkHandlers, serveControl } from './network-control.ts';
import { startPds } from './pds.ts';
import { startPlcDirectory } from './plc-directory.ts';
import type { Started } from './started.ts';
import { TokenLog } from './token-log.ts';

/** The networks of this process by their names. They share its modules: to load them takes most of a start. */
export class Networks {
  readonly #controlUrls = new Map<string, Promise<string>>();
  readonly #started: Started;
  readonly #origins: ClientOrigins;

  constructor(started: Started, origins: ClientOrigins) {
    this.#started = started;
    this.#origins = origins;
  }

  /** Returns the URL that controls a network. The first call for a name starts its network. */
  open(name: string): Promise<string> {
    const opened = this.#controlUrls.get(name) ?? this.#start();
    this.#controlUrls.set(name, opened);
    return opened;
  }

  async #start(): Promise<string> {
    const server = await this.#started.start(listenOnLoopback);
    server.answerWith(serveControl(await this.#startParts()));
    return `http://localhost:${server.port}`;
  }

  async #startParts(): Promise<NetworkHandlers> {
    const trouble = { faults: new Faults(), tokenLog: new TokenLog() };
    const plc = await this.#started.start(() => startPlcDirectory(trouble));
    const pds = await this.#started.start(() => startPds(plc.url, trouble));
    const accounts = [await createAccount(pds, 'alice.test'), await createAccount(pds, 'bob.test')];
    const lexicons = new LexiconAuthority(pds);
    return {
      openNetwork: name => this.open(name),
      describe: () => ({ pds: pds.url, plc: plc.url, accounts }),
      createAccount: handle => createAccount(pds, handle),
      takeDownAccount: did => takeDownAccount(pds, did),
      mapClientOrigin: (httpsOrigin, loopbackUrl) => {
        this.#origins.map(httpsOrigin, loopbackUrl);
      },
      armFault: fault => {
        trouble.faults.arm(fault);
      },
      disarmFaults: () => {
        trouble.faults.disarm();
      },
      listTokenRequests: among => trouble.tokenLog.list(among),
      countTokenRequests: () => trouble.tokenLog.list().length,
      publishLexicon: lexicon => lexicons.publish(lexicon),
      countGrants: did => pds.countGrants(did),
      describeGrants: did => pds.describeGrants(did),
      ageGrants: (did, createdDays, idleDays) => pds.ageGrants(did, createdDays, idleDays),
      haltPds: () => pds.halt(),
      resumePds: () => pds.resume(),
    };
  }
}
