import { beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { ApiKeyLastUse } from '../../src/api-keys/keys/api-key-last-use.service.ts';
import { newApiKeySecret } from '../../src/crypto/api-key-secret.ts';
import { newSecret } from '../../src/crypto/secret.ts';
import { NO_CALLER } from '../../src/introspection/caller-headers.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import { listEvents } from '../audit/events.ts';
import { byTest, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeCookie, storeSession, suspendSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { until } from '../until.ts';
import { storeTempToken } from '../temp-tokens/stored-temp-token.ts';
import { askForwardAuth, bearer, leaveSession } from './ask.ts';

const sibling = 'https://app.sibling.example';
const introspectToken = 'introspect-0123456789abcdef012345';
const settings = {
  LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
  LATCHKEY_ALLOWED_ORIGINS: sibling,
  LATCHKEY_INTROSPECT_TOKEN: introspectToken,
};
type Headers = Record<string, string>;

const expiresAt = new Date(Date.now() + 60_000);

describeBroker('a reverse proxy that asks who a caller is', suite, { settings });

function suite(broker: () => TestBroker): void {
  let session: Session;
  let cookie: string;
  let key: TestKey;
  beforeAll(async () => {
    session = await storeSession(broker(), broker().network.pds);
    cookie = `latchkey=${await storeCookie(broker(), session, { expiresAt })}`;
    key = await newKey();
  });

  const newKey = async (life: { expiresAt?: Date } = {}): Promise<TestKey> =>
    issueKey(broker(), await storeSession(broker(), broker().network.pds, {}, 'api_key'), life);

  it("gets the answer in headers, which replace the caller's own headers of these names", async () => {
    const forged = Object.fromEntries(Object.keys(NO_CALLER).map(name => [name, 'forged']));
    const browser = await askForwardAuth(broker(), { cookie, ...forged });
    const { did, id, scope } = session;
    const named = {
      'x-latchkey-did': did,
      'x-latchkey-handle': 'made-up.test',
      'x-latchkey-scope': scope,
    };
    expect([browser.status, browser.caller]).toEqual([
      204,
      {
        ...named,
        'x-latchkey-credential': 'browser',
        'x-latchkey-session-id': id,
        'x-latchkey-key-id': '',
        'x-latchkey-expires-at': expiresAt.toISOString(),
      },
    ]);
    expect(browser.headers.get('cache-control')).toBe('no-store');
    const bot = await askForwardAuth(broker(), { ...bearer(key.secret), ...forged }, 'POST');
    expect([bot.status, bot.caller]).toEqual([
      204,
      {
        ...named,
        'x-latchkey-credential': 'api-key',
        'x-latchkey-session-id': key.sessionId,
        'x-latchkey-key-id': key.id,
        'x-latchkey-expires-at': '',
      },
    ]);
  });

  it.each<[string, () => Headers | Promise<Headers>, number, string]>([
    ['nothing', () => ({}), 401, 'AuthenticationRequired'],
    ['an unknown cookie', () => ({ cookie: `latchkey=${newSecret()}` }), 401, 'AuthenticationRequired'],
    ['the cookie of a suspended session', suspendedCookie, 503, 'SessionSuspended'],
    ['an unknown key', () => bearer(newApiKeySecret()), 401, 'InvalidToken'],
    [
      'an unknown key and a good cookie',
      () => ({ cookie, ...bearer(newApiKeySecret()) }),
      401,
      'InvalidToken',
    ],
    ['no key at all', () => bearer('eyJhbGciOiJFUzI1NiJ9.e30.x'), 401, 'InvalidToken'],
    [
      'an expired key',
      async () => bearer((await newKey({ expiresAt: new Date(0) })).secret),
      401,
      'InvalidToken',
    ],
    ['a revoked key', revokedKey, 401, 'InvalidToken'],
    ['a temp token', async () => bearer(await storeTempToken(broker())), 401, 'InvalidToken'],
    ['the key of an ended session', () => keyOf('revoked'), 401, 'InvalidToken'],
    ['a key that needs its owner', () => keyOf('needs_reauth'), 401, 'ReauthorizationRequired'],
    ['a key whose row was edited', editedKey, 503, 'SealedRowUnreadable'],
    ['the introspection token', () => bearer(introspectToken), 403, 'Forbidden'],
    ['the admin token', () => bearer(broker().secrets.adminToken), 403, 'Forbidden'],
  ])('gets no caller for %s', async (_name, headers, status, error) => {
    const answer = await askForwardAuth(broker(), await headers());
    expect([answer.status, answer.error, answer.caller]).toEqual([status, error, NO_CALLER]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
    expect(answer.headers.has('retry-after')).toBe(status === 503);
  });

  async function revokedKey(): Promise<{ authorization: string }> {
    const { id, secret } = await newKey();
    await broker().app.get(ApiKeys).revoke(id, undefined, byTest);
    return bearer(secret);
  }

  async function suspendedCookie(): Promise<{ cookie: string }> {
    const session = await storeSession(broker(), broker().network.pds);
    await suspendSession(broker(), session.id);
    return { cookie: `latchkey=${await storeCookie(broker(), session)}` };
  }

  async function keyOf(status: 'revoked' | 'needs_reauth'): Promise<{ authorization: string }> {
    const { secret, sessionId } = await newKey();
    await leaveSession(broker(), sessionId, status);
    return bearer(secret);
  }

  async function editedKey(): Promise<{ authorization: string }> {
    const { id, secret } = await newKey();
    await broker().database.updateTable('api_key').set({ name: 'another' }).where('id', '=', id).execute();
    return bearer(secret);
  }

  describe('about a cookie', () => {
    it.each<[string, Record<string, string>, number]>([
      ['GET', { 'sec-fetch-site': 'cross-site' }, 204],
      ['HEAD', { origin: 'https://evil.example' }, 204],
      ['OPTIONS', { origin: 'null' }, 204],
      ['POST', { 'sec-fetch-site': 'same-origin' }, 204],
      ['POST', { origin: sibling, 'sec-fetch-site': 'same-origin' }, 204],
      ['DELETE', { 'x-latchkey-csrf': '1' }, 204],
      ['POST', {}, 403],
      ['POST', { origin: 'https://evil.example' }, 403],
      ['PATCH', { origin: 'null', 'x-latchkey-csrf': '1' }, 403],
      ['PUT', { 'sec-fetch-site': 'cross-site', 'x-latchkey-csrf': '1' }, 403],
      ['POST', { 'sec-fetch-site': 'same-site' }, 403],
      ['GET', { origin: 'https://evil.example', 'sec-websocket-key': 'x3JJHMbDL1EzLkh9GBhXDw==' }, 403],
    ])('applies the browser rule to a %s with %j: %i', async (method, headers, status) => {
      const answer = await askForwardAuth(broker(), { cookie, ...headers }, method);
      const isRefused = status === 403;
      expect([answer.status, answer.error]).toEqual([status, isRefused ? 'CrossSiteRequest' : null]);
      expect(answer.caller['x-latchkey-did']).toBe(isRefused ? '' : session.did);
    });

    it('accepts the broker’s own origin, and the method in either header', async () => {
      const own = { cookie, origin: broker().publicUrl };
      expect(await askForwardAuth(broker(), own, 'POST')).toMatchObject({ status: 204 });
      const both = { cookie, 'x-original-method': 'POST' };
      expect(await askForwardAuth(broker(), both, 'POST')).toMatchObject({ status: 403 });
    });
  });

  it.each([null, '', 'get', 'GET, POST', 'STEAL', 'G\tET'])(
    'must send the method, and not %j',
    async method => {
      for (const credential of [{ cookie }, bearer(key.secret)]) {
        const answer = await askForwardAuth(broker(), credential, method);
        expect([answer.status, answer.error, answer.caller]).toEqual([400, 'InvalidRequest', NO_CALLER]);
        const other = await askForwardAuth(broker(), { ...credential, 'x-original-method': 'POST' });
        expect([other.status, other.error]).toEqual([400, 'InvalidRequest']);
      }
    },
  );

  const refusedFrom = async (): Promise<(string | null)[]> =>
    (await listEvents(broker(), { action: 'api-key.refused' })).auditEvents.map(({ from }) => from);

  it('counts its question as a use of the key, from the address that it names', async () => {
    const [used, revoked] = [await newKey(), await revokedKey()];
    await askForwardAuth(broker(), bearer(used.secret));
    await askForwardAuth(broker(), { ...revoked, 'x-forwarded-for': '192.0.2.77' });
    await broker().app.get(ApiKeyLastUse).flush();
    const row = await broker()
      .database.selectFrom('api_key')
      .select('last_used_at')
      .where('id', '=', used.id)
      .executeTakeFirst();
    expect(row?.last_used_at).toEqual(expect.any(String));
    await until('the refusal of 192.0.2.77 is in the audit log', refusedFrom, from =>
      from.includes('192.0.2.77'),
    );
  });
}

describeBroker(
  'a stranger who asks who a caller is',
  broker => {
    it('is refused before its credential is checked, from loopback too, with any claimed address', async () => {
      const secret = newApiKeySecret();
      const cookie = `latchkey=${await storeCookie(broker(), await storeSession(broker(), broker().network.pds))}`;
      for (const shown of [{}, { cookie }, bearer(secret)]) {
        const answer = await askForwardAuth(broker(), { ...shown, 'x-forwarded-for': '10.0.0.7' });
        expect([answer.status, answer.error, answer.caller]).toEqual([403, 'Forbidden', NO_CALLER]);
      }
      const samples = readSamples(await (await scrape(broker())).text());
      const validations = byLabel(samples, 'latchkey_api_key_validations_total');
      expect(new Set(Object.values(validations))).toEqual(new Set([0]));
    });
  },
  { anyDatabase: true, settings: { LATCHKEY_TRUSTED_PROXIES: '10.0.0.7' } },
);
