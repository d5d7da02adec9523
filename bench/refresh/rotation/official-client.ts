import { createHash, randomBytes } from 'node:crypto';
import {
  buildAtprotoLoopbackClientMetadata,
  JoseKey,
  NodeOAuthClient,
  type NodeSavedSession,
  type NodeSavedState,
  type OAuthSession,
} from '@atproto/oauth-client-node';
import type { Account, NetworkDescription } from '../../../test/network/network-control.ts';
import { authorizeAtPds } from '../../../test/network/pds-pages.ts';
import { UserAgent } from '../../../test/network/user-agent.ts';
import { baselineName, calledPath, type Contender } from './contender.ts';
import { Turns } from '../../turns.ts';

const scope = 'atproto transition:generic';

/** The official client as documented: one session object, an in-memory store and a working lock. */
export function officialClient(network: NetworkDescription, account: Account): Contender {
  const client = createClient(network);
  let session: OAuthSession | undefined;
  return {
    name: baselineName,
    signIn: async () => {
      const authorizeUrl = await client.authorize(account.handle, { scope });
      const callback = await authorizeAtPds(new UserAgent(), authorizeUrl, account);
      ({ session } = await client.callback(callback.searchParams));
    },
    call: async () => {
      const answer = await session?.fetchHandler(calledPath);
      await answer?.arrayBuffer();
      return answer?.status === 200;
    },
    refresh: async () => {
      await client.restore(account.did, true);
    },
  };
}

/** The same with a mutex per account around each request, so that none is in flight at a refresh. */
export function withMutex(contender: Contender): Contender {
  const turns = new Turns();
  return {
    ...contender,
    name: 'official client, account mutex',
    call: () => turns.take(contender.call),
    refresh: () => turns.take(contender.refresh),
  };
}

function createClient({ pds, plc }: NetworkDescription): NodeOAuthClient {
  const locks = new Map<string, Turns>();
  return new NodeOAuthClient({
    clientMetadata: buildAtprotoLoopbackClientMetadata({
      scope,
      redirect_uris: ['http://127.0.0.1:8080/callback'],
    }),
    allowHttp: true,
    handleResolver: pds,
    plcDirectoryUrl: plc,
    stateStore: memoryStore<NodeSavedState>(),
    sessionStore: memoryStore<NodeSavedSession>(),
    runtimeImplementation: {
      // The client's own choice is ES256K, which is slower.
      createKey: () => JoseKey.generate(['ES256']),
      getRandomValues: length => randomBytes(length),
      digest: (bytes, { name }) => createHash(name).update(bytes).digest(),
      requestLock: (name, work) => {
        const lock = locks.get(name) ?? new Turns();
        locks.set(name, lock);
        return lock.take(work);
      },
    },
  });
}

function memoryStore<Value>() {
  const values = new Map<string, Value>();
  return {
    get: (key: string) => values.get(key),
    set: (key: string, value: Value) => {
      values.set(key, value);
    },
    del: (key: string) => {
      values.delete(key);
    },
  };
}
