import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Check } from '../../src/native-apps/registry/metadata-checks.ts';
import { runLatchkey } from '../broker/latchkey-command.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { exchange } from '../network/http-exchange.ts';
import { operate } from './test-app.ts';

const metadata = { clientName: 'Field app', redirectUris: ['https://app.example.net/callback'] };

/** The registration of an app. */
const hosted = (change: object) => ({ metadata: { ...metadata, ...change } });

describeBroker('registered native apps', suite, { confidential: true });

function suite(broker: () => TestBroker): void {
  const ask = (method: string, path = '', body?: unknown) =>
    operate<Record<string, unknown>>(broker(), method, `/api/native-apps${path}`, body);

  it('are added, listed, shown, changed, paused, resumed and removed, and that is audited', async () => {
    const added = await ask('POST', '', {
      name: 'field-app',
      metadata,
      origins: ['https://app.example.net'],
    });
    const clientId = `${broker().publicUrl}/native/apps/field-app/oauth-client-metadata.json`;
    expect(added).toMatchObject({
      status: 201,
      body: {
        name: 'field-app',
        clientId,
        status: 'active',
        hosting: 'broker',
        jwksUri: `${broker().publicUrl}/native/apps/field-app/jwks.json`,
        metadata: { ...metadata, scope: 'atproto transition:generic' },
        origins: ['https://app.example.net'],
        attestationHeader: null,
        limitPerMinute: null,
      },
    });
    expect((await ask('GET', '/field-app')).body).toEqual(added.body);
    expect((await ask('GET')).body).toEqual({ nativeApps: [added.body] });
    const changed = await ask('PATCH', '/field-app', { origins: [], limitPerMinute: 7 });
    expect(changed.body).toMatchObject({
      origins: [],
      limitPerMinute: 7,
      metadata: { clientName: 'Field app' },
    });
    expect(await ask('DELETE', '/field-app')).toMatchObject({ status: 409, body: { error: 'AppActive' } });
    expect((await ask('POST', '/field-app/pause')).body).toMatchObject({ status: 'paused' });
    expect((await ask('POST', '/field-app/pause')).body).toMatchObject({ status: 'paused' });
    expect((await ask('POST', '/field-app/resume')).body).toMatchObject({ status: 'active' });
    await ask('POST', '/field-app/pause');
    expect((await ask('DELETE', '/field-app')).status).toBe(204);
    expect(await ask('GET', '/field-app')).toMatchObject({ status: 404, body: { error: 'NotFound' } });
    const keys = await broker()
      .database.selectFrom('client_key')
      .select('kid')
      .where('app', 'is not', null)
      .execute();
    expect(keys).toEqual([]);
    const { body } = await operate<{ auditEvents: { action: string; target: object; detail: object }[] }>(
      broker(),
      'GET',
      `/api/audit-events?targetId=${String(added.body.id)}`,
    );
    const actions = ['removed', 'paused', 'resumed', 'paused', 'changed', 'added'];
    expect(body.auditEvents.map(({ action }) => action)).toEqual(actions.map(step => `native-app.${step}`));
    expect(body.auditEvents[0]).toMatchObject({
      actor: { kind: 'operator' },
      target: { kind: 'native-app' },
      detail: { name: 'field-app', clientId },
    });
  });

  const ownUrl = 'https://a.example.net/c.json';
  const attestation = { header: 'x-a', secret: 'x'.repeat(20) };
  const elsewhere = (clientId?: string) => ({ metadata: undefined, clientId });

  it.each<[string, object, string]>([
    ['without a name', { name: undefined }, 'name'],
    ['with a name that is no part of an address', { name: '../x' }, 'name'],
    ['with neither client id nor metadata', elsewhere(), 'clientId'],
    ['with both', { clientId: ownUrl }, 'clientId'],
    ['with no https URL', elsewhere(ownUrl.replace('https', 'ftp')), 'clientId'],
    ['with a URL that is written otherwise', elsewhere(ownUrl.replace('a.', 'A.')), 'clientId'],
    ['with a redirect to its own scheme', hosted({ redirectUris: ['net.example.app:/cb'] }), 'redirectUris'],
    ['with a redirect to this machine', hosted({ redirectUris: ['http://127.0.0.1/cb'] }), 'redirectUris'],
    ['with a scope that is none', hosted({ scope: 'everything' }), 'scope'],
    ['with a wildcard for an origin', { origins: ['https://*.example.net'] }, 'origins'],
    ['with a path for an origin', { origins: ['https://a.example.net/'] }, 'origins'],
    ['with a short secret', { attestation: { ...attestation, secret: 'short' } }, 'attestation'],
    ['with a header that is taken', { attestation: { ...attestation, header: 'Cookie' } }, 'attestation'],
    ['with something else', { secret: 'x' }, 'secret'],
  ])('are refused %s', async (_what, change, names) => {
    const answer = await ask('POST', '', { name: 'a', metadata, ...change });
    expect(answer).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } });
    expect(answer.body.message).toContain(names);
  });

  it('have a name and a client id of their own', async () => {
    const clientId = 'https://own.example.net/client.json';
    await ask('POST', '', { name: 'first', clientId });
    const again = { status: 409, body: { error: 'AppExists' } };
    expect(await ask('POST', '', { name: 'first', metadata })).toMatchObject(again);
    expect(await ask('POST', '', { name: 'second', clientId })).toMatchObject(again);
    expect(await ask('PATCH', '/first', { metadata })).toMatchObject({ status: 400 });
    const document = await exchange(new URL('/native/apps/first/oauth-client-metadata.json', broker().url));
    expect(document.status).toBe(404);
  });

  it('have documents for issuers, with their public keys alone', async () => {
    await ask('POST', '', {
      name: 'described',
      metadata: { ...metadata, logoUri: 'https://a.example.net/l.png' },
    });
    const read = async (path: string) =>
      (await (await exchange(new URL(`/native/apps/described/${path}`, broker().url))).json()) as Record<
        string,
        unknown
      >;
    const base = `${broker().publicUrl}/native/apps/described`;
    expect(await read('oauth-client-metadata.json')).toEqual({
      client_id: `${base}/oauth-client-metadata.json`,
      application_type: 'web',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      dpop_bound_access_tokens: true,
      jwks_uri: `${base}/jwks.json`,
      client_name: 'Field app',
      logo_uri: 'https://a.example.net/l.png',
      redirect_uris: metadata.redirectUris,
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'atproto transition:generic',
    });
    const { keys } = (await read('jwks.json')) as { keys: Record<string, unknown>[] };
    expect(keys).toEqual([expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })]);
    expect(keys[0]).not.toHaveProperty('d');
    const own = await exchange(new URL('/.well-known/jwks.json', broker().url));
    expect(JSON.stringify(await own.json())).not.toContain(keys[0]?.kid);
  });
}

describeBroker(
  'a native app at a broker that issuers cannot reach',
  broker => {
    it('is not registered', async () => {
      const answer = await operate(broker(), 'POST', '/api/native-apps', { name: 'a', metadata });
      expect(answer).toMatchObject({ status: 409, body: { error: 'PublicClient' } });
    });
  },
  { anyDatabase: true },
);

describeBroker('the doctor of native apps', doctorSuite, { confidential: true, anyDatabase: true });

function doctorSuite(broker: () => TestBroker): void {
  let server: ScriptedServer;
  let served: () => { status?: number; type?: string; body: string };
  let good: Record<string, unknown>;
  beforeAll(async () => {
    server = await startServer((_request, response) => {
      const { status = 200, type = 'application/json', body } = served();
      response
        .writeHead(status, { 'content-type': type, ...(status === 302 && { location: '/' }) })
        .end(body);
    });
    const clientId = `${server.origin}/client.json`;
    await operate(broker(), 'POST', '/api/native-apps', { name: 'own', clientId });
    good = {
      client_id: clientId,
      application_type: 'web',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      dpop_bound_access_tokens: true,
      jwks_uri: `${broker().publicUrl}/native/apps/own/jwks.json`,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'atproto',
      redirect_uris: ['https://app.example.net/callback'],
    };
  });
  afterAll(() => server.stop());

  const wrong = async (document: () => ReturnType<typeof served>): Promise<Check[]> => {
    served = document;
    const { body } = await operate<{ ok: boolean; checks: Check[] }>(
      broker(),
      'GET',
      '/api/native-apps/own/doctor',
    );
    const problems = body.checks.filter(({ ok }) => !ok);
    // A sentence that quotes another one has one full stop.
    for (const { message } of problems) expect(message).not.toMatch(/(?<!\.)\.\.(?!\.)|\.:/);
    expect(body.ok).toBe(problems.length === 0);
    // The broker's own https address cannot be reached from here.
    return problems.filter(({ check }) => check !== 'keys');
  };

  it('finds no problem in correct metadata', async () => {
    expect(await wrong(() => ({ body: JSON.stringify(good) }))).toEqual([]);
  });

  it('names the problems in the metadata', async () => {
    const body = JSON.stringify({ ...good, token_endpoint_auth_method: 'none' });
    const message = expect.stringContaining('it is "none"');
    expect(await wrong(() => ({ body }))).toEqual([
      { check: 'token_endpoint_auth_method', ok: false, message },
    ]);
  });

  it.each<[string, () => ReturnType<typeof served>, string]>([
    ['is not there', () => ({ status: 404, body: '{}' }), 'returned status 404'],
    ['redirects', () => ({ status: 302, body: '' }), 'redirect'],
    ['is no JSON', () => ({ body: '<html>' }), 'is not JSON'],
    ['is served as a page', () => ({ type: 'text/html', body: '{}' }), 'has the content type text/html'],
    ['is too long', () => ({ body: JSON.stringify({ ...good, x: 'x'.repeat(600_000) }) }), 'too large'],
  ])('reports that the document %s', async (_what, document, words) => {
    expect(await wrong(document)).toEqual([
      { check: 'reachable', ok: false, message: expect.stringContaining(words) },
    ]);
  });
}

describeBroker('latchkey apps', commandSuite, { confidential: true, anyDatabase: true });

function commandSuite(broker: () => TestBroker): void {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-apps-'));
    await writeFile(join(directory, 'metadata.json'), JSON.stringify(metadata));
    await writeFile(join(directory, 'secret'), 'a-secret-of-the-app-1234\n');
  });
  afterAll(() => rm(directory, { recursive: true }));

  const latchkey = (...args: string[]): Promise<string> => runLatchkey(broker(), ...args);

  it('adds, lists, shows, changes, pauses, resumes and removes', async () => {
    const file = join(directory, 'metadata.json');
    const added = await latchkey('apps', 'add', 'phone', '--metadata', file, '--limit', '60', '--json');
    expect(JSON.parse(added)).toMatchObject({ name: 'phone', limitPerMinute: 60, attestationHeader: null });
    expect(await latchkey('apps', 'list')).toMatch(
      /^NAME +STATUS +.*\nphone +active +broker +https:\S+ +\S+Z$/,
    );
    const secret = ['--attestation-header', 'x-app', '--secret-file', join(directory, 'secret')];
    const changed = await latchkey('apps', 'change', 'phone', ...secret, '--origin', 'https://a.example.net');
    expect(changed).toMatch(/\nattestationHeader +x-app\n/);
    expect(await latchkey('apps', 'change', 'phone', '--no-attestation')).toMatch(/\nattestationHeader +-\n/);
    expect(await latchkey('apps', 'show', 'phone')).toMatch(/\norigins +\["https:\/\/a.example.net"\]\n/);
    await expect(latchkey('apps', 'remove', 'phone')).rejects.toThrow(/^AppActive: /);
    expect(await latchkey('apps', 'pause', 'phone')).toBe('phone is paused.');
    expect(await latchkey('apps', 'resume', 'phone')).toBe('phone is active.');
    await latchkey('apps', 'pause', 'phone');
    expect(await latchkey('apps', 'remove', 'phone')).toBe('phone is removed.');
    expect(await latchkey('apps', 'list')).toBe('There are no apps.');
    await expect(latchkey('apps', 'show', 'phone')).rejects.toThrow(/^NotFound: /);
  });

  it('names the options as they are written, in errors of the broker too', async () => {
    const file = join(directory, 'metadata.json');
    const refused = (...args: string[]) => expect(latchkey('apps', 'add', ...args)).rejects;
    await refused('phone').toThrow(
      'InvalidRequest: --client-id or --metadata is missing. Give one of the two.',
    );
    await refused('Phone', '--client-id', 'x').toThrow(
      /^InvalidRequest: <name> must .* --client-id must be a complete URL/,
    );
    await refused('phone', '--metadata', file, '--origin', 'X').toThrow(
      /^InvalidRequest: --origin\[0\] must be one exact origin/,
    );
    await expect(latchkey('sessions', 'list', '--limit', '9999')).rejects.toThrow(
      'InvalidRequest: --limit must be at most 500.',
    );
  });

  it('reports wrong options in one line', async () => {
    await expect(latchkey('apps', 'add', 'a', '--metadata', join(directory, 'none'))).rejects.toThrow(
      "can't be read",
    );
    await expect(latchkey('apps', 'add', 'a', '--metadata', join(directory, 'secret'))).rejects.toThrow(
      'is not valid JSON',
    );
    await expect(latchkey('apps', 'add', 'a', '--attestation-header', 'x')).rejects.toThrow('go together');
    await expect(latchkey('apps', 'add', 'a')).rejects.toThrow(
      /^InvalidRequest: --client-id or --metadata is missing/,
    );
  });

  it('manages keys, and checks the app from outside', async () => {
    await latchkey('apps', 'add', 'keyed', '--metadata', join(directory, 'metadata.json'));
    expect(await latchkey('apps', 'keys', 'list', 'keyed')).toMatch(
      /^KID .*\n\S{43} +active, signs +0 +yes /,
    );
    const published = await latchkey('apps', 'keys', 'publish', 'keyed', '--json');
    const { key } = JSON.parse(published) as { key: { kid: string } };
    await expect(latchkey('apps', 'keys', 'activate', 'keyed', key.kid)).rejects.toThrow(/^TooEarly: /);
    expect(await latchkey('apps', 'keys', 'retire', 'keyed', key.kid)).toContain(`${key.kid} was retired.`);
    const failed = (await latchkey('apps', 'doctor', 'keyed').catch((error: unknown) => error)) as Error & {
      printed: string;
    };
    expect(failed).toMatchObject({
      exitCode: 1,
      message: 'Issuers would refuse this app. Fix the checks that are marked WRONG.',
    });
    expect(failed.printed).toMatch(/\nWRONG +reachable +https:\S+ could not be fetched: /);
    expect(await latchkey('client-keys', 'list')).not.toContain(key.kid);
  });
}
