import { beforeAll, expect, it } from '@jest/globals';
import type { InternalStateData, OAuthClientOptions } from '@atproto/oauth-client';
import * as oauth from 'oauth4webapi';
import type { Did } from '../../src/database/tables/did.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { authorizeAtPds } from '../network/pds-pages.ts';
import { UserAgent } from '../network/user-agent.ts';
import { GenericClient } from './examples/generic-client.ts';
import { createClient } from './examples/official-client.ts';
import { TestApp } from './test-app.ts';

describeBroker('a native app with a library', suite, { confidential: true });

type Session = Parameters<OAuthClientOptions['sessionStore']['set']>[1];

function suite(broker: () => TestBroker): void {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.register(broker());
  });

  /** Counts the app's own only, because other suites sign in the same accounts. */
  const grantsOf = async (did: Did) =>
    (await broker().network.describeGrants(did)).filter(({ clientId }) => clientId === app.clientId);

  it('logs in, refreshes and revokes as a confidential client with the official one', async () => {
    const { url, network } = broker();
    const alice = accountOf(broker(), 'alice.test');
    const keyIds = memory<string>();
    const sessions = memory<Session>();
    const client = createClient(
      url,
      keyIds,
      {
        client_id: app.clientId,
        redirect_uris: [app.redirectUri],
        scope: 'atproto transition:generic',
      },
      {
        stateStore: memory<InternalStateData>(),
        sessionStore: sessions,
        handleResolver: network.pds,
        plcDirectoryUrl: network.plc,
        allowHttp: true,
      },
    );
    const callback = await authorizeAtPds(new UserAgent(), await client.authorize(alice.handle), alice);
    const { session } = await client.callback(callback.searchParams);
    expect(session.did).toBe(alice.did);
    const first = await sessions.get(alice.did);
    const renewed = await session.getTokenInfo(true);
    expect(renewed.sub).toBe(alice.did);
    const second = await sessions.get(alice.did);
    expect(second?.tokenSet.refresh_token).not.toBe(first?.tokenSet.refresh_token);
    const answer = await session.fetchHandler('/xrpc/com.atproto.server.getSession');
    expect(await answer.json()).toMatchObject({ did: alice.did });
    expect(await grantsOf(alice.did)).toEqual([expect.objectContaining({ method: 'private_key_jwt' })]);
    await session.signOut();
    expect(await grantsOf(alice.did)).toEqual([]);
  });

  it('logs in, refreshes, repeats and revokes as a confidential client with a generic one', async () => {
    const { url, network } = broker();
    const bob = accountOf(broker(), 'bob.test');
    const keys = await oauth.generateKeyPair('ES256');
    const client = await GenericClient.create(url, memory<string>(), {
      app: { clientId: app.clientId, redirectUri: app.redirectUri, scope: 'atproto transition:generic' },
      issuer: network.pds,
      keys,
      more: { [Reflect.get(oauth, 'allowInsecureRequests') as symbol]: true },
    });
    const pending = await client.begin(bob.handle);
    const callback = await authorizeAtPds(new UserAgent(), pending.url, bob);
    const tokens = await client.finish(callback, pending);
    expect(tokens.sub).toBe(bob.did);
    const renewed = await client.refresh(tokens.refresh_token ?? '');
    expect((await client.refresh(tokens.refresh_token ?? '')).access_token).toBe(renewed.access_token);
    const me = new URL('/xrpc/com.atproto.server.getSession', network.pds);
    expect(await (await client.call(renewed.access_token, me)).json()).toMatchObject({ did: bob.did });
    expect(await grantsOf(bob.did)).toEqual([expect.objectContaining({ method: 'private_key_jwt' })]);
    await client.revoke(renewed.refresh_token ?? '');
    expect(await grantsOf(bob.did)).toEqual([]);
  });
}

/** The contents of an app's keychain. */
function memory<Value>(): {
  get: (name: string) => Promise<Value | undefined>;
  set: (name: string, value: Value) => Promise<void>;
  del: (name: string) => Promise<void>;
} {
  const kept = new Map<string, Value>();
  return {
    get: name => Promise.resolve(kept.get(name)),
    set: (name, value) => {
      kept.set(name, value);
      return Promise.resolve();
    },
    del: name => {
      kept.delete(name);
      return Promise.resolve();
    },
  };
}
