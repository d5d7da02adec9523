import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { outboundPolicies } from '../../src/identity/outbound/outbound-policy.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { exchange } from '../network/http-exchange.ts';
import {
  type AppSession,
  makeProof,
  type OAuthAnswer,
  type Params,
  readAnswer,
  TestApp,
} from './test-app.ts';
import { requestsOf } from './token-rows.ts';

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';
const { maxResponseSize } = outboundPolicies.nativeToken;

describeBroker('a request of a native app to its issuer', suite, { confidential: true });

function suite(broker: () => TestBroker): void {
  let app: TestApp;
  let session: AppSession;
  beforeAll(async () => {
    app = await TestApp.register(broker());
    session = await app.login(accountOf(broker(), 'alice.test'));
  });

  const post = async (path: string, body: string, headers: Record<string, string>): Promise<OAuthAnswer> =>
    readAnswer(await exchange(new URL(path, broker().url), { method: 'POST', body, headers }));
  const refresh = (more: Params = {}): Params => ({
    client_id: app.clientId,
    issuer: app.issuer,
    grant_type: 'refresh_token',
    refresh_token: session.refreshToken,
    ...more,
  });

  it('may be JSON as well as a form', async () => {
    session = await app.renew(session, { json: true });
    expect(await app.isAlive(session)).toBe(true);
  });

  it('forwards the proof unchanged, and the nonce of the issuer back', async () => {
    const withoutNonce = await app.refreshOnce(session, { proof: { nonce: undefined } });
    expect(withoutNonce).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } });
    app.nonce = withoutNonce.headers.get('dpop-nonce') ?? '';
    expect(await app.refreshOnce(session)).toMatchObject({ status: 200 });
    session = await app.renew({ ...session, refreshToken: await newest(app, session) });
  });

  it.each<[string, Params]>([
    ['client_assertion', { client_assertion: 'mine' }],
    [
      'client_assertion_type',
      { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' },
    ],
    ['client_secret', { client_secret: 'mine' }],
    ['request', { request: 'a.b.c' }],
    ['request_uri', { request_uri: 'urn:x' }],
    ['code', { code: 'of another grant' }],
    ['anything', { anything: 'else' }],
    ['__proto__', JSON.parse('{"__proto__":"x"}') as Params],
    ['refresh_token', { refresh_token: 'x'.repeat(9000) }],
    ['refresh_token', { refresh_token: '' }],
    ['issuer', { issuer: '' }],
    ['grant_type', { grant_type: 'password' }],
    ['grant_type', { grant_type: 'client_credentials' }],
  ])('is refused with %s %j by name, and not forwarded', async (name, more) => {
    const sent = { refreshToken: more.refresh_token ?? session.refreshToken };
    const seen = await requestsOf(broker(), sent);
    const answer = await app.send('token', refresh(more), {
      dpop: await makeProof(session.key, app.tokenEndpoint, { nonce: app.nonce }),
    });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(answer.body.error_description).toMatch(new RegExp(`^${name} `));
    expect(JSON.stringify(answer.body)).not.toContain(session.refreshToken);
    expect(await requestsOf(broker(), sent)).toEqual(seen);
  });

  it.each([
    ['a form with a parameter twice', form, 'client_id=a&client_id=b', 400],
    ['JSON with a parameter twice', json, '{"client_id":"a","client_id":"b"}', 400],
    ['JSON with a parameter twice, written otherwise', json, '{"client_id":"a","client\\u005fid":"b"}', 400],
    ['JSON with a number', json, '{"client_id":7}', 400],
    ['JSON with an object', json, '{"client_id":{"a":"b"}}', 400],
    ['a JSON list', json, '["client_id"]', 400],
    ['broken JSON', json, '{', 400],
    ['text', 'text/plain', 'client_id=a', 415],
    ['too much', form, `client_id=${'a'.repeat(70_000)}`, 413],
    ['nothing', form, '', 400],
  ])('is refused with an OAuth error: %s', async (_name, type, body, status) => {
    for (const endpoint of ['par', 'token', 'revoke']) {
      const answer = await post(`/native/${endpoint}`, body, { 'content-type': type });
      expect(answer).toMatchObject({
        status,
        body: { error: 'invalid_request', error_description: expect.any(String) },
      });
      expect(Object.keys(answer.body)).toEqual(['error', 'error_description']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('gets an OAuth error also at an unknown route', async () => {
    expect(await post('/native/introspect', '', { 'content-type': form })).toMatchObject({
      status: 404,
      body: { error: 'invalid_request' },
    });
    const got = await readAnswer(await exchange(new URL('/native/token', broker().url)));
    expect(got).toMatchObject({ status: 405, body: { error: 'invalid_request' } });
    expect(await post('/native/%zz', '', { 'content-type': form })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });

  it('is not signed for an app that is not registered', async () => {
    const clientId = 'https://stranger.latchkey.internal/client.json';
    const answer = await app.send('token', refresh({ client_id: clientId }));
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('starts no session with a key of another app', async () => {
    const other = await TestApp.register(broker());
    const { body } = await keysOf(other);
    const answer = await app.send('par', {
      ...app.authorizationRequest('alice.test', 'v', 's'),
      key_id: (body.keys as { kid: string }[])[0]?.kid ?? '',
    });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('needs the key id of an unknown token', async () => {
    const stranger = { ...session, refreshToken: `ref-${'0'.repeat(64)}` };
    const without = await app.refreshOnce(stranger, { keyId: undefined });
    expect(without).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(without.body.error_description).toMatch(/^key_id is missing/);
    expect(await app.refresh(stranger)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const rows = await broker()
      .database.selectFrom('native_refresh')
      .selectAll()
      .where('jkt', '=', session.key.jkt)
      .execute();
    expect(rows.filter(({ sealed, attempt_id: attempt }) => sealed === null && attempt !== null)).toEqual([]);
  });

  it('works with a token that was deleted here, by its key id', async () => {
    await broker().database.deleteFrom('native_refresh').where('sealed', 'is', null).execute();
    session = await app.renew(session);
    expect(await app.isAlive(session)).toBe(true);
  });

  it('revokes a session', async () => {
    const ending = await app.login(accountOf(broker(), 'alice.test'));
    expect(await app.isAlive(ending)).toBe(true);
    expect(await app.revoke(ending)).toMatchObject({ status: 200 });
    expect(await app.isAlive(ending)).toBe(false);
    expect(await app.isAlive(session)).toBe(true);
  });
}

describeBroker('an issuer that a native app names', issuerSuite, { confidential: true, anyDatabase: true });

function issuerSuite(broker: () => TestBroker): void {
  let app: TestApp;
  let server: ScriptedServer;
  let posts: string[] = [];
  let document: () => { status?: number; type?: string; body: string } = () => ({ body: '{}' });
  beforeAll(async () => {
    app = await TestApp.register(broker());
    server = await startServer((request, response) => {
      if (request.method === 'POST') {
        posts.push(request.url ?? '');
        response.writeHead(200, { 'content-type': json }).end('x'.repeat(maxResponseSize + 1));
        return;
      }
      const { status = 200, type = json, body } = document();
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  afterAll(() => server.stop());

  const metadata = (change: object = {}): string =>
    JSON.stringify({
      issuer: server.origin,
      authorization_endpoint: `${server.origin}/authorize`,
      token_endpoint: `${server.origin}/token`,
      pushed_authorization_request_endpoint: `${server.origin}/par`,
      revocation_endpoint: `${server.origin}/revoke`,
      response_types_supported: ['code'],
      client_id_metadata_document_supported: true,
      ...change,
    });
  const push = (issuer: string): Promise<OAuthAnswer> =>
    app.send('par', { ...app.authorizationRequest('alice.test', 'verifier', 'state'), issuer });

  it.each<[string, () => { status?: number; type?: string; body: string }]>([
    [
      'has its token endpoint elsewhere',
      () => ({ body: metadata({ token_endpoint: 'http://127.0.0.1:1/token' }) }),
    ],
    [
      'has its PAR endpoint elsewhere',
      () => ({ body: metadata({ pushed_authorization_request_endpoint: 'http://127.0.0.1:1/par' }) }),
    ],
    ['says that it is another', () => ({ body: metadata({ issuer: 'http://127.0.0.1:1' }) })],
    [
      'does not know client ids that are documents',
      () => ({ body: metadata({ client_id_metadata_document_supported: false }) }),
    ],
    ['has no metadata', () => ({ status: 404, body: '{}' })],
    ['has no JSON', () => ({ type: 'text/html', body: '<h1>Hello</h1>' })],
  ])('gets nothing if it %s', async (_name, served) => {
    posts = [];
    document = served;
    expect(await push(server.origin)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(posts).toEqual([]);
  });

  it.each([
    'https://pds.example/path',
    'pds.example',
    'ftp://pds.example',
    'http://user@127.0.0.1',
    'javascript:alert(1)',
  ])('must be an origin, unlike %s', async issuer => {
    expect(await push(issuer)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('is retried later after a failure', async () => {
    document = () => ({ status: 503, body: '{}' });
    const answer = await push(server.origin);
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(answer.headers.has('retry-after')).toBe(true);
  });

  it('is not read beyond the limit of a token answer, and its metadata are fetched once in five minutes', async () => {
    let reads = 0;
    posts = [];
    document = () => {
      reads++;
      return { body: metadata() };
    };
    for (let round = 0; round < 3; round++)
      expect(await push(server.origin)).toMatchObject({
        status: 502,
        body: { error: 'temporarily_unavailable' },
      });
    expect([reads, posts]).toEqual([1, ['/par', '/par', '/par']]);
  });

  it('never gets a refresh token of another issuer', async () => {
    posts = [];
    const session = await app.login(accountOf(broker(), 'alice.test'));
    document = () => ({ body: metadata() });
    const proof = { htu: `${server.origin}/token` };
    for (const token of [session, await spent(app, session)])
      expect(await app.refresh(token, { issuer: server.origin, proof })).toMatchObject({
        status: 400,
        body: { error: 'invalid_request', error_description: expect.stringContaining('issuer') },
      });
    expect(posts).toEqual([]);
    expect((await app.refresh(session)).status).toBe(200);
  });
}

async function spent(app: TestApp, session: AppSession): Promise<AppSession> {
  await app.renew(session);
  return session;
}

async function newest(app: TestApp, session: AppSession): Promise<string> {
  return String((await app.refresh(session)).body.refresh_token);
}

async function keysOf(app: TestApp): Promise<OAuthAnswer> {
  return readAnswer(await exchange(new URL(`/native/apps/${app.name}/jwks.json`, app.broker.url)));
}
