import { beforeAll, describe, expect, it } from '@jest/globals';
import { NativeAppCache } from '../../src/native-apps/registry/native-app.cache.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { type AppSession, operate, TestApp } from './test-app.ts';

const page = 'https://app.pages.example';
const webView = 'capacitor://localhost';

for (const settings of [{}, { LATCHKEY_ALLOWED_ORIGINS: 'https://sibling.example' }]) {
  const title = 'LATCHKEY_ALLOWED_ORIGINS' in settings ? 'beside origins that are allowed all' : 'alone';
  describe(title, () => {
    describeBroker('the web origins of a native app', originSuite, {
      confidential: true,
      anyDatabase: true,
      settings,
    });
  });
}

function originSuite(broker: () => TestBroker): void {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.register(broker(), { origins: [page, webView] });
    await TestApp.register(broker(), { origins: ['https://other.pages.example'] });
  });

  const preflight = (origin: string, path = '/native/token'): Promise<Response> =>
    exchange(new URL(path, broker().url), {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,dpop',
      },
    });
  const ask = async (origin: string | undefined, clientId = app.clientId) =>
    app.send('token', { client_id: clientId }, { headers: origin === undefined ? {} : { origin } });

  it.each([page, webView])('may call, and read the listed headers: %s', async origin => {
    for (const endpoint of ['par', 'token', 'revoke']) {
      const { status, headers } = await preflight(origin, `/native/${endpoint}`);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
      expect(headers.get('access-control-allow-headers')).toBe('content-type,dpop');
      expect(headers.get('access-control-allow-methods')).toBe('POST');
      expect(headers.has('access-control-allow-credentials')).toBe(false);
    }
    const { status, headers } = await ask(origin);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([400, origin]);
    expect(headers.get('access-control-expose-headers')).toMatch(/dpop-nonce.*latchkey-key-id/);
    expect(headers.get('vary')).toMatch(/origin/i);
  });

  it.each([
    'https://other.pages.example',
    'https://evil.example',
    `${page}.evil.example`,
    `${page}:8443`,
    'http://app.pages.example',
    'null',
  ])('do not include others, such as %s', async origin => {
    const answer = await ask(origin);
    expect([answer.status, answer.body.error]).toEqual([403, 'invalid_request']);
    expect(answer.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('have no effect if no app has them', async () => {
    const { headers } = await preflight('https://evil.example');
    expect(headers.has('access-control-allow-origin')).toBe(false);
  });

  it('are not checked for callers without a browser', async () => {
    expect((await ask(undefined)).body.error_description).toMatch(/^grant_type /);
  });
}

describeBroker('a native app', suite, { confidential: true });

function suite(broker: () => TestBroker): void {
  const secret = 'a-secret-of-the-app-1234';
  let app: TestApp;
  let session: AppSession;
  beforeAll(async () => {
    app = await TestApp.register(broker());
    session = await app.login(accountOf(broker(), 'alice.test'));
  });
  const change = (body: object): Promise<{ status: number }> =>
    operate(broker(), 'PATCH', `/api/native-apps/${app.name}`, body);

  it('must send the header that it was registered with, and no other', async () => {
    expect(await change({ attestation: { header: 'X-App-Check', secret } })).toMatchObject({ status: 200 });
    const params = { client_id: app.clientId, issuer: app.issuer, grant_type: 'none' };
    for (const headers of [{}, { 'x-app-check': `${secret}5` }, { 'x-app-check': '' }, { 'x-other': secret }])
      expect(await app.send('token', params, { headers: headers })).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
    const shown = await app.send('token', params, { headers: { 'x-app-check': secret } });
    expect(shown).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const rows = await broker().database.selectFrom('native_app').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(await change({ attestation: null })).toMatchObject({ status: 200 });
    session = await app.renew(session);
  });

  it('has its requests without the header counted, with one log line a minute', async () => {
    const watched = await TestApp.register(broker(), { attestation: { header: 'X-App-Check', secret } });
    const counted = async (): Promise<Record<string, number>> =>
      byLabel(
        readSamples(await (await scrape(broker())).text()),
        'latchkey_native_unattested_requests_total',
      );
    const { missing = NaN, wrong = NaN } = await counted();
    for (const shown of [undefined, `${secret}5`, '', undefined, secret]) {
      const headers: Record<string, string> = shown === undefined ? {} : { 'x-app-check': shown };
      await watched.send('token', { client_id: watched.clientId }, { headers });
    }
    expect(await counted()).toEqual({ missing: missing + 2, wrong: wrong + 2 });
    const lines = broker().logLines.filter(line => line.includes(`"app":"${watched.name}"`));
    expect(lines.filter(line => line.includes('attestation'))).toEqual([
      expect.stringContaining('"flaw":"missing","from":"127.0.0.1"'),
    ]);
    expect(lines.join('')).not.toContain(secret);
  });

  it('has its own limit, beyond which it gets a Retry-After', async () => {
    await change({ limitPerMinute: 2 });
    const answers = [];
    for (let index = 0; index < 3; index++)
      answers.push(await app.send('token', { client_id: app.clientId }));
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 429]);
    expect(answers[2]?.body.error).toBe('temporarily_unavailable');
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    await change({ limitPerMinute: null });
    session = await app.renew(session);
  });

  it('is not signed for while it is paused, and its sessions wait', async () => {
    const paused = await operate(broker(), 'POST', `/api/native-apps/${app.name}/pause`);
    expect(paused.body).toMatchObject({ status: 'paused' });
    expect(await app.refresh(session)).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    });
    const jwks = await exchange(new URL(`/native/apps/${app.name}/jwks.json`, broker().url));
    expect(jwks.status).toBe(200);
    await operate(broker(), 'POST', `/api/native-apps/${app.name}/resume`);
    session = await app.renew(session);
    expect(await app.isAlive(session)).toBe(true);
  });
}

describeBroker(
  'requests of native apps',
  broker => {
    it('are limited per address, and in total', async () => {
      const app = await TestApp.register(broker());
      const ask = (from: string) =>
        app.send('token', { client_id: app.clientId }, { headers: { 'x-forwarded-for': from } });
      const statuses: number[] = [];
      for (const from of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.3'])
        statuses.push((await ask(from)).status);
      expect(statuses).toEqual([400, 400, 429, 400, 400, 429]);
    });
  },
  {
    confidential: true,
    anyDatabase: true,
    settings: {
      LATCHKEY_LIMIT_NATIVE_PER_ADDRESS: '2',
      LATCHKEY_LIMIT_NATIVE: '4',
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
    },
  },
);

describeBroker(
  'pushed requests of apps',
  broker => {
    it('count as logins that begin, and other requests do not', async () => {
      const app = await TestApp.register(broker());
      const to = { client_id: app.clientId, issuer: 'http://127.0.0.1:9' };
      const login = { response_type: 'code', redirect_uri: 'app:/done', code_challenge_method: 'S256' };
      const push = () => app.send('par', { ...to, ...login, code_challenge: 'x'.repeat(43) });
      const revoke = () => app.send('revoke', { ...to, token: 'none' });
      const statuses: number[] = [];
      for (const send of [push, push, push, revoke]) statuses.push((await send()).status);
      expect(statuses).toEqual([503, 503, 429, 503]);
    });
  },
  { confidential: true, anyDatabase: true, settings: { LATCHKEY_LIMIT_LOGINS_PER_ADDRESS: '2' } },
);

describeBroker('requests of pages beyond the limits', refusalSuite, {
  confidential: true,
  anyDatabase: true,
  settings: {
    LATCHKEY_LIMIT_PER_ADDRESS: '3',
    LATCHKEY_LIMIT_NATIVE_PER_ADDRESS: '1',
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
  },
});

function refusalSuite(broker: () => TestBroker): void {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.register(broker(), { origins: [page, webView] });
    await TestApp.register(broker(), { origins: ['https://other.pages.example'] });
  });

  /** Returns status and allowed origin of one request beyond the limit of native apps, and of one beyond the total limit. */
  const askFrom = async (address: string, origin?: string): Promise<unknown[]> => {
    const headers = { 'x-forwarded-for': address, ...(origin !== undefined && { origin }) };
    const answers = [];
    while (answers.length < 4)
      answers.push(await app.send('token', { client_id: app.clientId }, { headers }));
    expect(answers[3]?.body.error_description).toMatch(/^The limit of 3 requests/);
    return answers.map(answer => [answer.status, answer.headers.get('access-control-allow-origin')]);
  };

  it('are refused with CORS headers for the pages of apps', async () => {
    for (const [index, origin] of [page, webView].entries()) {
      const refused = [429, origin];
      expect(await askFrom(`192.0.2.${index}`, origin)).toEqual([[400, origin], refused, refused, refused]);
    }
  });

  it("are refused with CORS headers for an app's pages that call for another app", async () => {
    const origin = 'https://other.pages.example';
    const refused = [429, origin];
    expect(await askFrom('192.0.2.10', origin)).toEqual([[403, null], refused, refused, refused]);
  });

  it.each(['https://evil.example', `${page}.evil.example`, 'null'])(
    'are refused without CORS headers for others: %s',
    async origin => {
      const refused = [429, null];
      const address = `2001:db8:${origin.length}::1`;
      expect(await askFrom(address, origin)).toEqual([[403, null], refused, refused, refused]);
    },
  );

  it('are refused without CORS headers for callers that are no page', async () => {
    const refused = [429, null];
    expect(await askFrom('192.0.2.20')).toEqual([[400, null], refused, refused, refused]);
  });

  it('let pages read Retry-After, and open no other route', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.30', origin: page };
    await askFrom(headers['x-forwarded-for'], page);
    const refused = await app.send('token', { client_id: app.clientId }, { headers });
    expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after');
    expect(refused.headers.get('vary')).toBe('Origin');
    expect(refused.headers.has('access-control-allow-credentials')).toBe(false);
    for (const path of ['/api/me', '/native/apps/any/jwks.json', '/native/token']) {
      const other = await exchange(new URL(path, broker().url), { headers });
      expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([429, null]);
    }
  });

  it('are refused all the same while the database cannot tell whose pages call', async () => {
    const { schema } = broker().database;
    await schema.alterTable('native_app').renameTo('away').execute();
    broker().app.get(NativeAppCache).forget(app.clientId);
    const headers = { 'x-forwarded-for': '192.0.2.40', origin: page };
    const answers = [];
    while (answers.length < 2)
      answers.push(await app.send('token', { client_id: app.clientId }, { headers }));
    await schema.alterTable('away').renameTo('native_app').execute();
    expect(answers.map(({ status }) => status)).toEqual([500, 429]);
    expect(answers[1]?.body.error).toBe('temporarily_unavailable');
  });
}

describeBroker(
  'requests of one native app',
  broker => {
    it('are limited, but not those of another app', async () => {
      const [one, other] = [await TestApp.register(broker()), await TestApp.register(broker())];
      const statuses: number[] = [];
      for (const app of [one, one, other])
        statuses.push((await app.send('token', { client_id: app.clientId })).status);
      expect(statuses).toEqual([400, 429, 400]);
    });
  },
  { confidential: true, anyDatabase: true, settings: { LATCHKEY_LIMIT_NATIVE_PER_APP: '1' } },
);
