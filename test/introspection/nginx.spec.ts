import { beforeAll, expect, it } from '@jest/globals';
import { newApiKeySecret } from '../../src/crypto/api-key-secret.ts';
import { NO_CALLER } from '../../src/introspection/caller-headers.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import { issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { type Exchange, exchange } from '../network/http-exchange.ts';
import { bearer, leaveSession } from './ask.ts';
import { describeNginx, type NginxDeployment } from './describe-nginx.ts';

type Headers = Record<string, string>;

const names = Object.keys(NO_CALLER);

describeNginx('an AppView behind nginx, as docs/appviews.md configures it', suite);

function suite(deployment: () => NginxDeployment): void {
  let session: Session;
  let cookie: string;
  let key: TestKey;
  beforeAll(async () => {
    const { broker } = deployment();
    session = await storeSession(broker, broker.network.pds);
    cookie = `latchkey=${await storeCookie(broker, session)}`;
    key = await newKey();
  });

  const newKey = async (scope = 'atproto'): Promise<TestKey> => {
    const { broker } = deployment();
    return issueKey(broker, await storeSession(broker, broker.network.pds, { scope }, 'api_key'));
  };
  /** The response to a request, and the headers with which it reached the AppView, if it did. */
  const ask = async (headers: Headers, options: Exchange = {}) => {
    const { url, reached } = deployment();
    const before = reached.length;
    const answer = await exchange(new URL('/thing?a=b', url), { ...options, headers });
    return { answer, status: answer.status, told: reached.slice(before).at(-1)?.headers };
  };
  const errorOf = ({ headers }: Response): string | null => headers.get('latchkey-error');

  it("learns who calls, with a cookie or a key, and never trusts the caller's own headers", async () => {
    const forged = Object.fromEntries(
      names.flatMap(name => [
        [name.toUpperCase(), 'forged'],
        [name.replaceAll('-', '_'), 'forged'],
      ]),
    );
    for (const [credential, kind] of [
      [{ cookie }, 'browser'],
      [bearer(key.secret), 'api-key'],
    ] as const) {
      const { status, told = {} } = await ask({
        ...credential,
        ...forged,
        'x-forwarded-host': 'elsewhere.example',
      });
      expect([status, told['x-latchkey-did'], told['x-latchkey-credential']]).toEqual([
        200,
        session.did,
        kind,
      ]);
      expect(JSON.stringify(told)).not.toContain('forged');
      expect(told).not.toHaveProperty('authorization');
      // nginx leaves out empty headers.
      const left = names.filter(name => !(name in told));
      expect(left).toEqual([kind === 'browser' ? 'x-latchkey-key-id' : 'x-latchkey-expires-at']);
    }
  });

  it.each<[string, () => Headers | Promise<Headers>, string]>([
    ['nothing', () => ({}), 'AuthenticationRequired'],
    ['a forged name', () => ({ 'x-latchkey-did': 'did:plc:forged' }), 'AuthenticationRequired'],
    ['an unknown key', () => bearer(newApiKeySecret()), 'InvalidToken'],
    ['a key that needs its owner', lostKey, 'ReauthorizationRequired'],
  ])('is not reached with %s, and the caller learns why', async (_name, headers, error) => {
    const { answer, told } = await ask(await headers());
    expect([answer.status, errorOf(answer), told]).toEqual([401, error, undefined]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="latchkey"/);
  });

  async function lostKey(): Promise<{ authorization: string }> {
    const { secret, sessionId } = await newKey();
    await leaveSession(deployment().broker, sessionId, 'needs_reauth');
    return bearer(secret);
  }

  it("gets writes with a cookie from the broker's own pages alone, whatever method the caller claims", async () => {
    const { url } = deployment();
    const foreign = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const claims = [{}, { 'x-forwarded-method': 'GET', 'x-original-method': 'GET' }];
    for (const claimed of claims) {
      const { answer, told } = await ask({ ...foreign, ...claimed }, { method: 'POST' });
      expect([answer.status, errorOf(answer), told]).toEqual([403, 'CrossSiteRequest', undefined]);
    }
    const socket = {
      upgrade: 'websocket',
      connection: 'upgrade',
      'sec-websocket-key': 'x3JJHMbDL1EzLkh9GBhXDw==',
    };
    expect(await ask({ ...foreign, ...socket })).toMatchObject({ status: 403, told: undefined });
    const own = { cookie, origin: url, 'sec-fetch-site': 'same-origin' };
    expect(await ask(own, { method: 'POST', body: 'x' })).toMatchObject({ status: 200 });
    expect(await ask(foreign)).toMatchObject({ status: 200 });
  });

  it('gets a large body that nginx does not send to the broker', async () => {
    const server = deployment().broker.app.getHttpAdapter().getInstance().server;
    const bytesRead: number[] = [];
    server.once('connection', socket => socket.once('close', () => bytesRead.push(socket.bytesRead)));
    const body = Buffer.alloc(5_000_000);
    const { status, answer } = await ask(bearer(key.secret), { method: 'PUT', body });
    expect([status, await answer.text()]).toEqual([200, '5000000']);
    expect(bytesRead).toHaveLength(1);
    expect(bytesRead[0]).toBeLessThan(2_000);
  });

  it('gets long scopes', async () => {
    const scope = `atproto ${'repo:com.example.collection '.repeat(300)}`.trim();
    const { status, told } = await ask(bearer((await newKey(scope)).secret));
    expect([status, told?.['x-latchkey-scope']]).toEqual([200, scope]);
  });

  it('hides nginx’s own question from callers, and leaves the broker reachable beside it', async () => {
    const { url } = deployment();
    expect((await exchange(new URL('/latchkey-auth', url))).status).toBe(404);
    const me = await exchange(new URL('/latchkey/api/me', url), { headers: { cookie } });
    expect(await me.json()).toMatchObject({ did: session.did });
  });

  it('is not reached while the broker fails or is away', async () => {
    const { broker } = deployment();
    const { id, secret } = await newKey();
    await broker.database.updateTable('api_key').set({ name: 'another' }).where('id', '=', id).execute();
    const unreadable = await ask(bearer(secret));
    await broker.app.close();
    for (const { answer, told } of [unreadable, await ask(bearer(key.secret)), await ask({ cookie })]) {
      expect([answer.status, answer.headers.has('retry-after'), told]).toEqual([503, true, undefined]);
    }
  });
}
