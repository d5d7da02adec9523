import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import type { ClientKeyView } from '../../src/oauth/client-keys/client-key-view.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { authorizeAtPds } from '../network/pds-pages.ts';
import { UserAgent } from '../network/user-agent.ts';
import { type AppSession, makeKey, makeProof, operate, TestApp } from './test-app.ts';
import { exchangesOf, letWindowPass, rowOf } from './token-rows.ts';

const RETIRED_FOR_SECONDS = 740 * 24 * 60 * 60;

describeBroker('the client keys of a native app', suite, { confidential: true });
describeBroker('the window for repeating a refresh', windowSuite, { confidential: true });

function suite(broker: () => TestBroker): void {
  let app: TestApp;
  let second = '';
  // A PDS caches a JWKS for ten minutes from the first login, so both keys must be in it by then.
  beforeAll(async () => {
    app = await TestApp.register(broker());
    const published = await step('');
    second = published.kid;
    await broker()
      .database.updateTable('client_key')
      .set({ published_at: broker().database.now(-25 * 60) })
      .where('kid', '=', second)
      .execute();
  });

  const step = async (path: string): Promise<ClientKeyView> => {
    const { status, body } = await operate<{ key: ClientKeyView }>(
      broker(),
      'POST',
      `/api/native-apps/${app.name}/keys${path}`,
    );
    if (status !== 200) throw new Error(`the step was answered ${status}: ${JSON.stringify(body)}`);
    return body.key;
  };
  const listKeys = async (): Promise<ClientKeyView[]> => {
    const path = `/api/native-apps/${app.name}/keys`;
    return (await operate<{ clientKeys: ClientKeyView[] }>(broker(), 'GET', path)).body.clientKeys;
  };
  const jwks = async (): Promise<string[]> => {
    const answer = await exchange(new URL(`/native/apps/${app.name}/jwks.json`, broker().url));
    return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  };

  it('rotate under load without ending a session', async () => {
    const alice = accountOf(broker(), 'alice.test');
    let sessions: AppSession[] = [];
    for (let index = 0; index < 4; index++) sessions.push(await app.login(alice));
    const [first = ''] = sessions.map(({ keyId }) => keyId);
    const refreshAll = async (): Promise<void> => {
      sessions = await Promise.all(sessions.map(session => app.renew(session, { keyId: undefined })));
    };
    const rotation = new AbortController();
    const load = (async () => {
      while (!rotation.signal.aborted) await refreshAll();
      await refreshAll();
    })();
    await step(`/${second}/activate`);
    const young = await app.login(alice);
    await step(`/${first}/retire`);
    rotation.abort();
    await load;
    expect(new Set(sessions.map(({ keyId }) => keyId))).toEqual(new Set([first]));
    expect(young.keyId).toBe(second);
    sessions.push(young);
    await refreshAll();
    for (const session of sessions) expect(await app.isAlive(session)).toBe(true);
    expect((await app.login(alice)).keyId).toBe(second);
  });

  it('are listed with the sessions that need them, and stay in the JWKS as long as one can live', async () => {
    const [active, retired] = await listKeys();
    expect(active).toMatchObject({ kid: second, status: 'active', signing: true, sessions: 2 });
    expect(retired).toMatchObject({ status: 'retired', signing: false, inJwks: true, sessions: 4 });
    await broker()
      .database.updateTable('client_key')
      .set({ retired_at: broker().database.now(-RETIRED_FOR_SECONDS - 1) })
      .where('kid', '=', retired?.kid ?? '')
      .execute();
    expect(await jwks()).toEqual([second]);
  });

  it('finish the logins that they started', async () => {
    const third = await step('');
    const alice = accountOf(broker(), 'alice.test');
    const [key, verifier] = [await makeKey(), randomBytes(32).toString('base64url')];
    const parEndpoint = `${app.issuer}/oauth/par`;
    const push = async () =>
      app.send('par', app.authorizationRequest(alice.did, verifier, 'state'), {
        dpop: await makeProof(key, parEndpoint, { nonce: app.nonce }),
      });
    const pushed = await push();
    expect(pushed).toMatchObject({ status: 201 });
    expect(pushed.headers.get('latchkey-key-id')).toBe(second);
    const url = new URL('/oauth/authorize', app.issuer);
    url.search = new URLSearchParams({
      client_id: app.clientId,
      request_uri: String(pushed.body.request_uri),
    }).toString();
    const callback = await authorizeAtPds(new UserAgent(), url, alice);
    await broker()
      .database.updateTable('client_key')
      .set({ published_at: broker().database.now(-25 * 60) })
      .where('kid', '=', third.kid)
      .execute();
    await step(`/${third.kid}/activate`);
    const code = callback.searchParams.get('code') ?? '';
    const redeemed = await app.send('token', app.codeRequest(code, verifier), {
      dpop: await makeProof(key, app.tokenEndpoint, { nonce: app.nonce }),
    });
    expect(redeemed).toMatchObject({ status: 200, body: { sub: alice.did } });
    expect(redeemed.headers.get('latchkey-key-id')).toBe(second);
  });
}

function windowSuite(broker: () => TestBroker): void {
  it('closes ten minutes after the response, and then the issuer responds itself', async () => {
    const app = await TestApp.register(broker());
    const session = await app.login(accountOf(broker(), 'alice.test'));
    const first = await app.refresh(session);
    const { expires_at: until } = (await rowOf(broker(), session)) ?? { expires_at: '' };
    const { now } = await broker()
      .database.selectNoFrom(broker().database.now().as('now'))
      .executeTakeFirstOrThrow();
    const leftMs = Date.parse(until) - Date.parse(now);
    expect(leftMs).toBeGreaterThan(8 * 60_000);
    expect(leftMs).toBeLessThanOrEqual(10 * 60_000);
    expect((await app.refresh(session)).body).toEqual(first.body);
    await letWindowPass(broker(), session);
    const late = await app.refresh(session);
    expect(late).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(late.headers.get('latchkey-key-id')).toBe(session.keyId);
    expect(await exchangesOf(broker(), session)).toBe(1);
    expect(await rowOf(broker(), session)).toBeUndefined();
  });
}
