import { expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JWK, jwtVerify } from 'jose';
import { ApiKeyRotations } from '../../src/api-keys/keys/api-key-rotations.service.ts';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { newApiKeySecret } from '../../src/crypto/api-key-secret.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { byTest, callWith, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { didOf } from '../network/fake-accounts.ts';
import { exchange } from '../network/http-exchange.ts';
import { setClockOff, setClockRight } from '../refresher/wrong-clock.ts';
import { callSession, openSession, type Pair } from './calls.ts';

describeBroker('a password session', suite);

const HOUR = 3600;
const DAY = 24 * HOUR;

function suite(broker: () => TestBroker): void {
  let accounts = 0;
  const newKey = async (expiresAt: Date | null = null, did = didOf(700 + accounts++)): Promise<TestKey> => {
    const session = await storeSession(broker(), broker().network.pds, { did }, 'api_key');
    return issueKey(broker(), session, { expiresAt });
  };
  const me = async (secret: string): Promise<number> =>
    (await callWith(broker(), { secret }, 'GET /api/me')).status;
  const renew = (token: string) => callSession(broker(), 'refreshSession', { token });
  const logIn = (identifier: string, password: string, headers = {}) =>
    callSession(broker(), 'createSession', { body: { identifier, password }, headers });

  it('has tokens in the form of a PDS, signed by the published key', async () => {
    const key = await newKey();
    const opened = await openSession(broker(), key);
    expect(opened).toEqual({
      accessJwt: expect.any(String),
      refreshJwt: expect.any(String),
      did: key.did,
      handle: 'handle.invalid',
      active: true,
    });
    const document = (await (await exchange(new URL('/.well-known/did.json', broker().url))).json()) as {
      id: string;
      verificationMethod: { publicKeyJwk: JWK }[];
    };
    expect(document.id).toBe(`did:web:${encodeURIComponent(new URL(broker().publicUrl).host)}`);
    const keys = document.verificationMethod.map(({ publicKeyJwk }) => publicKeyJwk);
    expect(keys.map(({ d }) => d)).toEqual([undefined]);
    for (const [jwt, typ, scope, life] of [
      [opened.accessJwt, 'at+jwt', 'com.atproto.appPass', 2 * HOUR],
      [opened.refreshJwt, 'refresh+jwt', 'com.atproto.refresh', 60 * DAY],
    ] as const) {
      const { payload } = await jwtVerify(jwt, createLocalJWKSet({ keys }), { typ, audience: document.id });
      expect(payload).toMatchObject({ sub: key.did, scope, key: key.id, jti: expect.any(String) });
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(life);
      expect(decodeProtectedHeader(jwt).alg).toBe('ES256');
    }
  });

  it('opens what its key opens, and tells itself without the PDS', async () => {
    const key = await newKey();
    const { accessJwt, refreshJwt } = await openSession(broker(), key);
    expect([await me(accessJwt), await me(refreshJwt)]).toEqual([200, 401]);
    const told = { did: key.did, handle: 'handle.invalid', active: true };
    for (const token of [accessJwt, refreshJwt])
      expect((await callSession(broker(), 'getSession', { token })).body).toEqual(told);
  });

  it('ends with its key, and never after it', async () => {
    const key = await newKey(new Date(Date.now() + HOUR * 1000));
    const { accessJwt, refreshJwt } = await openSession(broker(), key);
    for (const jwt of [accessJwt, refreshJwt])
      expect(decodeJwt(jwt).exp).toBe(Math.floor((key.expiresAt?.getTime() ?? 0) / 1000));
    await broker().app.get(ApiKeys).revoke(key.id, undefined, byTest);
    const over = { status: 400, body: { error: 'ExpiredToken', message: 'Token has been revoked' } };
    expect(await callSession(broker(), 'getSession', { token: accessJwt })).toMatchObject(over);
    expect(await renew(refreshJwt)).toMatchObject(over);
    expect(await me(accessJwt)).toBe(401);
    expect((await logIn(key.did, key.secret)).body).toMatchObject({ error: 'AuthenticationRequired' });
  });

  it('ends with the secret that opened it, after the grace of a rotation', async () => {
    const key = await newKey();
    const rotations = broker().app.get(ApiKeyRotations);
    const first = await openSession(broker(), key);
    const next = await rotations.rotate(key.id, undefined, { graceSeconds: 600 }, byTest);
    const renewed = await renew(first.refreshJwt);
    expect([renewed.status, await me(first.accessJwt)]).toEqual([200, 200]);
    const second = await openSession(broker(), next);
    await rotations.rotate(key.id, undefined, { graceSeconds: 600 }, byTest);
    expect([await me(first.accessJwt), await me(second.accessJwt)]).toEqual([401, 200]);
    expect((await renew(String(renewed.body.refreshJwt))).body.error).toBe('ExpiredToken');
  });

  it('is renewed once by each refresh token, and again while the answer may have been lost', async () => {
    const { refreshJwt } = await openSession(broker(), await newKey());
    const lost = await renew(refreshJwt);
    const [again, ...others] = await Promise.all(Array.from({ length: 5 }, () => renew(refreshJwt)));
    for (const { status, body } of [lost, again, ...others].flatMap(answer => answer ?? []))
      expect([status, decodeJwt(String(body.refreshJwt)).jti]).toEqual([
        200,
        decodeJwt(String(again?.body.refreshJwt)).jti,
      ]);
    const next = await renew(String(again?.body.refreshJwt));
    expect(next.status).toBe(200);
    expect(await me(String(next.body.accessJwt))).toBe(200);
    expect(await renew(refreshJwt)).toMatchObject({ status: 400, body: { error: 'ExpiredToken' } });
  });

  it('is renewed by many at once to one generation', async () => {
    const { refreshJwt } = await openSession(broker(), await newKey());
    const answers = await Promise.all(Array.from({ length: 10 }, () => renew(refreshJwt)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => decodeJwt(String(body.refreshJwt)).jti)).size).toBe(1);
  });

  it('forgets the spent token two hours after a use of the next', async () => {
    const { refreshJwt } = await openSession(broker(), await newKey());
    const next = (await renew(refreshJwt)).body as Pair;
    try {
      setClockOff(150);
      expect((await renew(refreshJwt)).status).toBe(200);
      expect((await callSession(broker(), 'getSession', { token: next.refreshJwt })).status).toBe(200);
      expect((await renew(refreshJwt)).body).toMatchObject({ error: 'ExpiredToken' });
      expect((await renew(next.refreshJwt)).status).toBe(200);
    } finally {
      setClockRight();
    }
  });

  it('says that a token has expired, so that clients renew it', async () => {
    const { accessJwt, refreshJwt } = await openSession(broker(), await newKey());
    try {
      setClockOff(121);
      expect(await callSession(broker(), 'getSession', { token: accessJwt })).toMatchObject({
        status: 400,
        body: { error: 'ExpiredToken', message: 'Token has expired' },
      });
      setClockOff(60 * 24 * 60 + 1);
      expect((await renew(refreshJwt)).body).toMatchObject({ error: 'ExpiredToken' });
    } finally {
      setClockRight();
    }
  });

  it('ends by its refresh token, at once and for good', async () => {
    const { accessJwt, refreshJwt } = await openSession(broker(), await newKey());
    expect(await me(accessJwt)).toBe(200);
    const end = async (): Promise<number> =>
      (await callSession(broker(), 'deleteSession', { token: refreshJwt })).status;
    expect([await end(), await end()]).toEqual([200, 200]);
    expect(await me(accessJwt)).toBe(401);
    expect((await renew(refreshJwt)).body).toMatchObject({ error: 'ExpiredToken' });
  });

  it('outlives a restore of the database from before its last renewal', async () => {
    const { refreshJwt } = await openSession(broker(), await newKey());
    const newest = (await renew(refreshJwt)).body as Pair;
    await broker().database.deleteFrom('password_session').execute();
    expect((await renew(newest.refreshJwt)).status).toBe(200);
  });

  it('opens nothing with an edited row', async () => {
    const { refreshJwt } = await openSession(broker(), await newKey());
    await renew(refreshJwt);
    const next = (await renew(refreshJwt)).body as Pair;
    await broker().database.updateTable('password_session').set({ generation: 0 }).execute();
    expect(await renew(refreshJwt)).toMatchObject({ status: 503, body: { error: 'SealedRowUnreadable' } });
    expect((await renew(next.refreshJwt)).status).toBe(503);
    await broker().database.deleteFrom('password_session').execute();
  });

  it('accepts no token that another broker, or another use, signed', async () => {
    const { accessJwt, refreshJwt } = await openSession(broker(), await newKey());
    const [header = '', payload = ''] = accessJwt.split('.');
    const signature = refreshJwt.split('.')[2] ?? '';
    for (const forged of [`${header}.${payload}.${signature}`, `${header}.${payload}.`, 'a.b.c'])
      expect(await me(forged)).toBe(401);
    expect((await renew(accessJwt)).body).toMatchObject({ error: 'InvalidToken' });
    expect((await renew(`${accessJwt}x`)).status).toBe(401);
    expect((await callSession(broker(), 'refreshSession')).body.error).toBe('AuthenticationRequired');
  });

  it('is neither renewed nor ended by the key itself, which stays good', async () => {
    const { secret } = await newKey();
    for (const method of ['refreshSession', 'deleteSession'] as const)
      expect(await callSession(broker(), method, { token: secret })).toMatchObject({
        status: 403,
        body: { error: 'ProtectedMethod' },
      });
    expect(await me(secret)).toBe(200);
  });

  it('opens for the handle, the DID and any e-mail address, and not for another account', async () => {
    const key = await newKey(null, accountOf(broker(), 'alice.test').did);
    const other = await newKey();
    for (const identifier of [key.did, 'Alice.test', 'somebody@example.org'])
      expect(await logIn(identifier, key.secret)).toMatchObject({
        status: 200,
        body: { handle: 'alice.test' },
      });
    const wrong = {
      status: 401,
      body: { error: 'AuthenticationRequired', message: 'Invalid identifier or password' },
    };
    for (const [identifier, password] of [
      [other.did, key.secret],
      ['bob.test', key.secret],
      [key.did, newApiKeySecret()],
      [key.did, 'an-app-password'],
      ['not a name', key.secret],
      ['bob@example.org@alice.test', key.secret],
      [`${key.did}#atproto`, key.secret],
      ['at://bob.test', key.secret],
    ] as const)
      expect(await logIn(identifier, password)).toMatchObject(wrong);
  });

  it('tells by an e-mail address neither whose it is nor whether anyone has it', async () => {
    const key = await newKey(null, accountOf(broker(), 'alice.test').did);
    const addresses = ['alice@test.com', 'bob@test.com', "o'nobody+tag@[127.0.0.1]", 'ålice@tëst'];
    for (const [password, status] of [
      [key.secret, 200],
      [newApiKeySecret(), 401],
    ] as const) {
      const answers = await Promise.all(addresses.map(address => logIn(address, password)));
      const told = answers.map(answer => ({
        status: answer.status,
        ...answer.body,
        accessJwt: '',
        refreshJwt: '',
      }));
      expect(told.map(answer => answer.status)).toEqual(addresses.map(() => status));
      expect(new Set(told.map(answer => JSON.stringify(answer))).size).toBe(1);
      expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain('@');
    }
  });

  it('tells the owner of a key that needs them, with the link, and outlives it', async () => {
    const key = await newKey();
    const { accessJwt, refreshJwt } = await openSession(broker(), key);
    await broker()
      .database.updateTable('oauth_session')
      .set({ status: 'needs_reauth', reason: 'revoked' })
      .where('id', '=', key.sessionId)
      .execute();
    broker().app.get(SessionCache, { strict: false }).forget(key.sessionId);
    const link = `${broker().publicUrl}/oauth/login?reconnect=${key.sessionId}`;
    const needsOwner = { error: 'ReauthorizationRequired', message: expect.stringContaining(link) };
    expect(await logIn(key.did, key.secret)).toMatchObject({ status: 401, body: needsOwner });
    expect(await (await callWith(broker(), { secret: accessJwt }, 'GET /api/me')).json()).toMatchObject(
      needsOwner,
    );
    expect((await renew(refreshJwt)).status).toBe(200);
  });

  it('is refused to a page', async () => {
    const key = await newKey();
    for (const headers of [
      { origin: broker().publicUrl },
      { 'sec-fetch-site': 'same-origin' },
      { origin: 'null' },
      { origin: 'chrome-extension://abcdefghijklmnop' },
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    ])
      expect(await logIn(key.did, key.secret, headers)).toMatchObject({
        status: 403,
        body: { error: 'Forbidden' },
      });
    expect((await logIn(key.did, key.secret, { 'sec-fetch-mode': 'cors' })).status).toBe(200);
  });

  it('opens no more often than a PDS would let it, and says when again', async () => {
    const key = await newKey();
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n++) statuses.add((await logIn(key.did, key.secret)).status);
    expect([...statuses]).toEqual([200, 429]);
    const { headers } = await logIn(key.did, key.secret);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await logIn((await newKey()).did, newApiKeySecret())).status).toBe(401);
  });

  // The last test: its address may not log in for five minutes afterwards.
  it('is not guessed: an address that failed thirty times waits', async () => {
    const key = await newKey();
    const statuses: number[] = [];
    for (let n = 0; n < 31; n++) statuses.push((await logIn(key.did, newApiKeySecret())).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await logIn(key.did, key.secret)).status).toBe(429);
  });
}

describeBroker(
  'a password session while handles cannot be looked up',
  broker => {
    it('opens for the handle that the account had at its authorization, and for no other', async () => {
      const session = await storeSession(broker(), broker().network.pds, { did: didOf(699) }, 'api_key');
      const { secret } = await issueKey(broker(), session, { expiresAt: null });
      const logIn = (identifier: string) =>
        callSession(broker(), 'createSession', { body: { identifier, password: secret } });
      expect(await logIn('made-up.test')).toMatchObject({ status: 200, body: { handle: 'handle.invalid' } });
      expect(await logIn('bob.test')).toMatchObject({ status: 502, body: { error: 'AccountUnreachable' } });
    });
  },
  { settings: { LATCHKEY_HANDLE_RESOLVER: 'http://127.0.0.1:9' }, anyDatabase: true },
);
