import { beforeAll, describe, expect, it } from '@jest/globals';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
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

  it.each([page, webView])('may ask, and read what is told in headers: %s', async origin => {
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
  ])('are no others, such as %s', async origin => {
    const answer = await ask(origin);
    expect([answer.status, answer.body.error]).toEqual([403, 'invalid_request']);
    expect(answer.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('open nothing where no app has them', async () => {
    const { headers } = await preflight('https://evil.example');
    expect(headers.has('access-control-allow-origin')).toBe(false);
  });

  it('are not asked for where there is no browser', async () => {
    expect((await ask(undefined)).body.error_description).toMatch(/^grant_type: /);
  });
}

describeBroker('what a native app has to show, and is', suite, { confidential: true });

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

  it('the header that it was registered with, and nothing else like it', async () => {
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

  it('a limit of its own, after which it is asked to wait', async () => {
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

  it('paused: nothing is signed for it, and its sessions wait', async () => {
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
    it('are limited by address, and in all', async () => {
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
  'requests of one native app',
  broker => {
    it('are limited, and those of another are not', async () => {
      const [one, other] = [await TestApp.register(broker()), await TestApp.register(broker())];
      const statuses: number[] = [];
      for (const app of [one, one, other])
        statuses.push((await app.send('token', { client_id: app.clientId })).status);
      expect(statuses).toEqual([400, 429, 400]);
    });
  },
  { confidential: true, anyDatabase: true, settings: { LATCHKEY_LIMIT_NATIVE_PER_APP: '1' } },
);
