import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Did } from '../../src/database/tables/did.ts';
import type { Fault } from './faults.ts';
import type { SomeTokenRequests, TokenRequest } from './token-log.ts';

export type Account = { handle: string; did: Did; email: string; password: string };

export type NetworkDescription = {
  /** URL of the PDS, which is also the issuer. */
  pds: string;
  /** URL of the PLC directory. */
  plc: string;
  /** `alice.test` and `bob.test`. */
  accounts: Account[];
};

/** An OAuth session at the PDS, as the PDS keeps it. */
export type GrantDescription = {
  clientId: string;
  /** The client's authentication method and key. */
  method: string;
  kid: string | undefined;
};

/** The control of a running network, for its parent and other processes. */
export type NetworkControl = {
  /** Returns the control URL of another network in the same process. The first call for a name starts its network. */
  openNetwork: (name: string) => Promise<string>;
  describe: () => Promise<NetworkDescription>;
  /** Creates an account. Its handle ends in `.test`. */
  createAccount: (handle: string) => Promise<Account>;
  /** Takes an account down, as the PDS's operator. */
  takeDownAccount: (did: Did) => Promise<void>;
  /** Makes the PDS send requests for a confidential client's https origin to the broker's loopback URL. */
  mapClientOrigin: (httpsOrigin: string, loopbackUrl: string) => Promise<void>;
  /** Arms a fault for the next matching requests. Only for the suite's own network. */
  armFault: (fault: Fault) => Promise<void>;
  /** Disarms all remaining faults. */
  disarmFaults: () => Promise<void>;
  /** Lists the refresh requests so far, or some of them. A network of a worker has seen thousands. */
  listTokenRequests: (among?: SomeTokenRequests) => Promise<TokenRequest[]>;
  /** Counts the refresh requests so far. */
  countTokenRequests: () => Promise<number>;
  /**
   * Publishes a lexicon or its new version, which the PDS knows at once. Returns the DID of its authority, which is the
   * same for all.
   */
  publishLexicon: (lexicon: { id: string }) => Promise<string>;
  /** Counts the OAuth sessions of an account at the PDS, of all clients. */
  countGrants: (did: Did) => Promise<number>;
  /** Describes the OAuth sessions that an account has at the PDS. */
  describeGrants: (did: Did) => Promise<GrantDescription[]>;
  /** Moves the start and the last refresh of an account's OAuth sessions back by days. */
  ageGrants: (did: Did, createdDays: number, idleDays: number) => Promise<void>;
  /** Makes the PDS unreachable, like an outage. Only for the suite's own network. */
  haltPds: () => Promise<void>;
  /** Ends the outage. */
  resumePds: () => Promise<void>;
};

type Call = keyof NetworkControl;
type Arguments<Name extends Call> = Parameters<NetworkControl[Name]>;
type Result<Name extends Call> = Awaited<ReturnType<NetworkControl[Name]>>;

/** The network's side of its control, whose methods may be synchronous. */
export type NetworkHandlers = {
  [Name in Call]: (...args: Arguments<Name>) => Result<Name> | Promise<Result<Name>>;
};

/** Serves a network's control over HTTP: `POST /<call>` with a JSON array of arguments. */
export function serveControl(handlers: NetworkHandlers): RequestListener {
  return (request, response) => {
    answerCall(handlers, request).then(
      result => {
        sendJson(response, 200, result ?? null);
      },
      (error: unknown) => {
        sendJson(response, 500, String(error));
      },
    );
  };
}

/** The client of `serveControl`. A failed call rejects with the network's message. */
export function connectControl(url: string): NetworkControl {
  const call = async <Name extends Call>(name: Name, ...args: Arguments<Name>): Promise<Result<Name>> => {
    const answer = await fetch(new URL(name, url), { method: 'POST', body: JSON.stringify(args) });
    const result: unknown = await answer.json();
    if (!answer.ok) throw new Error(`the test network refused ${name}: ${String(result)}`);
    return result as Result<Name>;
  };
  return {
    openNetwork: name => call('openNetwork', name),
    describe: () => call('describe'),
    createAccount: handle => call('createAccount', handle),
    takeDownAccount: did => call('takeDownAccount', did),
    mapClientOrigin: (httpsOrigin, loopbackUrl) => call('mapClientOrigin', httpsOrigin, loopbackUrl),
    armFault: fault => call('armFault', fault),
    disarmFaults: () => call('disarmFaults'),
    listTokenRequests: (among = {}) => call('listTokenRequests', among),
    countTokenRequests: () => call('countTokenRequests'),
    publishLexicon: lexicon => call('publishLexicon', lexicon),
    countGrants: did => call('countGrants', did),
    describeGrants: did => call('describeGrants', did),
    ageGrants: (did, createdDays, idleDays) => call('ageGrants', did, createdDays, idleDays),
    haltPds: () => call('haltPds'),
    resumePds: () => call('resumePds'),
  };
}

async function answerCall(handlers: NetworkHandlers, request: IncomingMessage): Promise<unknown> {
  const name = request.url?.slice(1) ?? '';
  if (!Object.hasOwn(handlers, name)) throw new Error(`the test network has no call ${name}`);
  const handler = handlers[name as Call] as (...args: unknown[]) => unknown;
  return handler(...((await json(request)) as unknown[]));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
