import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { exchange } from '../network/http-exchange.ts';
import { type CredentialName, credentialNames, credentialSettings, present } from './credentials.ts';
import { type Outcome, routeTable } from './route-table.ts';
import { routesOf } from './routes.ts';

const REFUSALS: Readonly<Record<string, number>> = {
  AuthenticationRequired: 401,
  InvalidToken: 401,
  Forbidden: 403,
  CrossSiteRequest: 403,
  SessionSuspended: 503,
};

/** The routes whose responses are the same for everyone. A shared cache may store them. */
const FOR_EVERYONE = [
  'GET /oauth-client-metadata.json',
  'GET /.well-known/jwks.json',
  'GET /assets/:name',
  'GET /assets/logo',
  'GET /favicon.ico',
  'GET /robots.txt',
  'GET /native/apps/:name/oauth-client-metadata.json',
  'GET /native/apps/:name/jwks.json',
];

const UNSHARED = /^(private\b|no-store$)/;

describeBroker('every route', suite, {
  // Tests the guard only. Other suites test how each credential is read.
  anyDatabase: true,
  settings: { ...credentialSettings, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' },
});

function suite(broker: () => TestBroker): void {
  let pds: ScriptedServer;
  beforeAll(async () => {
    pds = await startServer((_request, response) => response.end('{}'));
  });
  afterAll(() => pds.stop());

  const ask = async (route: string, credential: CredentialName): Promise<Response> => {
    const [method = '', path = ''] = route.split(' ');
    // Each has its own account: all are presented at once, and some routes revoke the account's other ones.
    const did = `did:web:account-${credentialNames.indexOf(credential)}.example.com` as const;
    const session = await storeSession(broker(), pds.origin, { did });
    const headers = await present(credential, broker(), session);
    return exchange(addressOf(broker(), path), { method, headers });
  };

  it('has a line in the table of callers, and each line has a route', () => {
    const routes = routesOf(broker()).filter(route => !route.startsWith('HEAD '));
    expect(routes.sort()).toEqual(Object.keys(routeTable).sort());
  });

  it('answers HEAD if it answers GET', () => {
    const of = (method: string) =>
      routesOf(broker())
        .filter(route => route.startsWith(`${method} `))
        .map(route => route.slice(method.length))
        .sort();
    expect(of('HEAD')).toEqual(of('GET'));
  });

  it.each(Object.keys(routeTable))('accepts exactly the credentials in its table: %s', async route => {
    const outcomes = credentialNames.map(async name => {
      const answer = await ask(route, name);
      if (!FOR_EVERYONE.includes(route)) expect(answer.headers.get('cache-control')).toMatch(UNSHARED);
      return [name, await outcomeOf(answer)];
    });
    expect(Object.fromEntries(await Promise.all(outcomes))).toEqual(routeTable[route]);
  });

  it.each(Object.keys(routeTable).filter(route => route.startsWith('GET ')))(
    'treats HEAD like GET: %s',
    async route => {
      const statuses = credentialNames.map(async name => {
        const { status } = await ask(route.replace('GET', 'HEAD'), name);
        return [name, Object.values(REFUSALS).includes(status) ? status : 'answers'];
      });
      const expected = credentialNames.map(name => [
        name,
        REFUSALS[routeTable[route]?.[name] ?? ''] ?? 'answers',
      ]);
      expect(await Promise.all(statuses)).toEqual(expected);
    },
  );
}

function addressOf({ url }: TestBroker, path: string): URL {
  return new URL(path.replace(':nsid', 'com.example.anything'), url);
}

/** Returns the guard's refusal in a response. Checks its status, and its challenge if that is 401. */
async function outcomeOf(answer: Response): Promise<Outcome> {
  const text = await answer.text();
  const { error } = isJson(answer) ? (JSON.parse(text) as { error?: Outcome }) : {};
  if (error === undefined || !(error in REFUSALS)) return 'answers';
  expect(answer.status).toBe(REFUSALS[error]);
  expect(answer.headers.has('www-authenticate')).toBe(answer.status === 401);
  return error;
}

function isJson({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('application/json') ?? false;
}
