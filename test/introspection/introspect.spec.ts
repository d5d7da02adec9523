import { beforeAll, expect, it } from '@jest/globals';
import { ApiKeyRotations } from '../../src/api-keys/keys/api-key-rotations.service.ts';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { newApiKeySecret } from '../../src/crypto/api-key-secret.ts';
import { newSecret } from '../../src/crypto/secret.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import { byTest, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { storeTempToken } from '../temp-tokens/stored-temp-token.ts';
import { bearer, introspect, leaveSession } from './ask.ts';

const introspectToken = 'introspect-0123456789abcdef012345';
const inactive = { active: false };
const expiresAt = new Date(Date.now() + 60_000);

describeBroker("an AppView's back end", suite, {
  settings: { LATCHKEY_INTROSPECT_TOKEN: introspectToken, LATCHKEY_KEYS_PER_ACCOUNT: '100' },
});

function suite(broker: () => TestBroker): void {
  let session: Session;
  let key: TestKey;
  beforeAll(async () => {
    session = await storeSession(broker(), broker().network.pds, {}, 'api_key');
    key = await issueKey(broker(), session, { expiresAt });
  });

  const newKey = async (life: { expiresAt?: Date } = {}): Promise<TestKey> =>
    issueKey(broker(), await storeSession(broker(), broker().network.pds, {}, 'api_key'), life);
  const post = (body: string, type: string, headers: Record<string, string>): Promise<Response> =>
    exchange(new URL('/api/introspect', broker().url), {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body,
    });
  const asJson = (body: unknown, asker = introspectToken): Promise<Response> =>
    post(JSON.stringify(body), 'application/json', bearer(asker));

  it('learns what a key allows, in the form of RFC 7662, asked with a form or with JSON', async () => {
    const { created_at } = await broker()
      .database.selectFrom('api_key')
      .select('created_at')
      .where('id', '=', key.id)
      .executeTakeFirstOrThrow();
    const active = {
      active: true,
      token_type: 'Bearer',
      iss: broker().publicUrl,
      sub: session.did,
      username: 'made-up.test',
      scope: session.scope,
      client_id: session.clientId,
      iat: Math.floor(Date.parse(created_at) / 1000),
      exp: Math.floor(expiresAt.getTime() / 1000),
      jti: key.id,
      session_id: session.id,
    };
    const answer = await asJson({ token: key.secret, token_type_hint: 'access_token' });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const text = await answer.text();
    expect(JSON.parse(text)).toEqual(active);
    expect(text).not.toContain(key.secret);
    expect(await introspect(broker(), key.secret, introspectToken)).toEqual(active);
    expect(await introspect(broker(), key.secret, broker().secrets.adminToken)).toEqual(active);
    const endless = await introspect(broker(), (await newKey()).secret, introspectToken);
    expect(endless).toMatchObject({ active: true });
    expect(endless).not.toHaveProperty('exp');
  });

  it.each<[string, () => string | Promise<string>]>([
    ['nothing', () => ''],
    ['any text', () => 'é\n'],
    ['an unknown key', () => newApiKeySecret()],
    ['a malformed key', () => `${key.secret}0`],
    ['a key in another case', () => key.secret.toUpperCase()],
    ['an expired key', async () => (await newKey({ expiresAt: new Date(0) })).secret],
    ['a revoked key', () => ended(({ id }) => broker().app.get(ApiKeys).revoke(id, undefined, byTest))],
    [
      'the secret before',
      () =>
        ended(({ id }) =>
          broker().app.get(ApiKeyRotations).rotate(id, undefined, { graceSeconds: 0 }, byTest),
        ),
    ],
    [
      'a key that needs its owner',
      () => ended(({ sessionId: id }) => leaveSession(broker(), id, 'needs_reauth')),
    ],
    [
      'the key of an ended session',
      () => ended(({ sessionId: id }) => leaveSession(broker(), id, 'revoked')),
    ],
    ['a temp token', () => storeTempToken(broker())],
    ['a cookie', () => storeCookie(broker(), session)],
    ['an unknown cookie', () => newSecret()],
    ['the admin token', () => broker().secrets.adminToken],
    ['its own token', () => introspectToken],
  ])('learns that %s is inactive, and no more', async (_name, make) => {
    const answer = await asJson({ token: await make() });
    expect([answer.status, await answer.json()]).toEqual([200, inactive]);
  });

  async function ended(end: (key: TestKey) => Promise<unknown>): Promise<string> {
    const known = await newKey();
    expect(await introspect(broker(), known.secret, introspectToken)).toMatchObject({ active: true });
    await end(known);
    return known.secret;
  }

  it.each<[string, () => Promise<Response>, number, string]>([
    ['a token that is no text', () => asJson({ token: 7 }), 400, 'InvalidRequest'],
    ['no token', () => asJson({}), 400, 'InvalidRequest'],
    ['two tokens', () => asForm('token=a&token=b'), 400, 'InvalidRequest'],
    [
      'another content type',
      () => post('token', 'text/plain', bearer(introspectToken)),
      415,
      'UnsupportedMediaType',
    ],
    ['no credential', () => post('{}', 'application/json', {}), 401, 'AuthenticationRequired'],
    ['a wrong one', () => asJson({ token: key.secret }, `${introspectToken}x`), 401, 'InvalidToken'],
    ['the key itself', () => asJson({ token: key.secret }, key.secret), 403, 'Forbidden'],
  ])('is refused with %s', async (_name, ask, status, error) => {
    const answer = await ask();
    const text = await answer.text();
    expect([answer.status, JSON.parse(text)]).toEqual([status, { error, message: expect.any(String) }]);
    expect(text).not.toContain(key.secret);
  });

  function asForm(body: string): Promise<Response> {
    return post(body, 'application/x-www-form-urlencoded', bearer(introspectToken));
  }

  it('gets an error for a key that cannot be checked, so that no client discards it', async () => {
    const { id, secret } = await newKey();
    await broker().database.updateTable('api_key').set({ name: 'another' }).where('id', '=', id).execute();
    const answer = await asJson({ token: secret });
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
    expect(await answer.json()).toMatchObject({ error: 'SealedRowUnreadable' });
  });

  it('leaves no key in the log', () => {
    expect(broker().logLines.join('')).not.toContain(key.secret);
  });
}

describeBroker(
  'introspection without an introspection token',
  broker => {
    it('is for the operator alone', async () => {
      expect(await introspect(broker(), 'any', introspectToken)).toMatchObject({ error: 'InvalidToken' });
      expect(await introspect(broker(), 'any', broker().secrets.adminToken)).toEqual(inactive);
    });
  },
  { anyDatabase: true },
);
