import { describe, expect, it } from '@jest/globals';
import { listEvents } from '../audit/events.ts';
import { accountOf, describeBroker, startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { movingClock } from '../login/clock.ts';
import { exchange } from '../network/http-exchange.ts';
import { OperatorBrowser } from './operator-browser.ts';

const SIGN_IN_FORM = 'name="token"';
const OVERVIEW = 'What needs attention';

let addresses = 0;

async function signedIn(broker: TestBroker): Promise<OperatorBrowser> {
  const operator = new OperatorBrowser(broker);
  // Each from another address, because tries are limited per address.
  const from = { 'x-forwarded-for': `192.0.2.${++addresses}` };
  const answer = await operator.signIn(broker.secrets.adminToken, from);
  expect([answer.status, answer.location]).toEqual([303, '/admin']);
  return operator;
}

describeBroker("the operator's browser", suite, {
  settings: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' },
});

function suite(broker: () => TestBroker): void {
  it('gets a cookie for the admin token, hidden from pages and other sites', async () => {
    const operator = new OperatorBrowser(broker());
    expect((await operator.open('/admin')).text).toContain(SIGN_IN_FORM);
    await operator.signIn(broker().secrets.adminToken);
    expect(operator.setCookie).toMatch(
      /^latchkey-admin=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    const page = await operator.open('/admin');
    expect([page.status, page.text]).toEqual([200, expect.stringContaining(OVERVIEW)]);
    expect(page.text).not.toContain(broker().secrets.adminToken);
    expect(await tableText(broker())).not.toContain(operator.cookie?.split('=')[1]);
  });

  it('learns that the token is wrong, and the attempt is audited', async () => {
    const operator = new OperatorBrowser(broker());
    const answer = await operator.signIn('x'.repeat(40), { 'x-forwarded-for': '192.0.2.40' });
    expect([answer.status, answer.location, operator.cookie]).toEqual([
      303,
      '/admin?problem=InvalidToken',
      undefined,
    ]);
    expect((await operator.open('/admin?problem=InvalidToken')).text).toContain('isn’t the admin token');
    await new Promise(resolve => setTimeout(resolve, 1100)); // Refusals are stored within a second.
    const { auditEvents } = await listEvents(broker(), { action: 'operator.refused' });
    expect(auditEvents).toMatchObject([{ from: '192.0.2.40', actor: { kind: 'anonymous' } }]);
  });

  it('may try ten tokens a minute, from any address', async () => {
    const operator = new OperatorBrowser(broker());
    const from = (address: string) => operator.signIn('x'.repeat(40), { 'x-forwarded-for': address });
    for (let count = 0; count < 10; count++)
      expect((await from('192.0.2.41')).location).toBe('/admin?problem=InvalidToken');
    expect((await from('192.0.2.41')).location).toBe('/admin?problem=TooManyRequests');
    const right = await operator.signIn(broker().secrets.adminToken, { 'x-forwarded-for': '192.0.2.41' });
    expect(right.location).toBe('/admin?problem=TooManyRequests');
    expect((await from('192.0.2.42')).location).toBe('/admin?problem=InvalidToken');
  });

  it('signs out: the cookie stops working, and its changes are audited by its id', async () => {
    const operator = await signedIn(broker());
    const { cookie } = operator;
    const out = await operator.submit('/admin/sign-out');
    expect([out.status, out.location]).toEqual([303, '/admin']);
    expect(operator.setCookie).toMatch(/^latchkey-admin=;/);
    operator.cookie = cookie;
    expect((await operator.open('/admin')).text).toContain(SIGN_IN_FORM);
    expect((await operator.open('/admin/sessions')).location).toBe('/admin?problem=AuthenticationRequired');
    const [ended] = (await listEvents(broker(), { action: 'operator.signed-out' })).auditEvents;
    const id = ended?.target.id ?? '';
    const { auditEvents } = await listEvents(broker(), { targetId: id });
    expect(auditEvents.map(({ action, actor }) => [action, actor])).toEqual([
      ['operator.signed-out', { kind: 'operator', id }],
      ['operator.signed-in', { kind: 'operator', id }],
    ]);
  });

  it('opens no route of the API, and programs with its cookie get errors instead of pages', async () => {
    const { cookie = '' } = await signedIn(broker());
    const get = (path: string, headers = {}) =>
      exchange(new URL(path, broker().url), { headers: { cookie, 'x-latchkey-csrf': '1', ...headers } });
    for (const path of ['/api/sessions', '/api/audit-events', '/metrics', '/api/me'])
      expect((await get(path)).status).toBe(401);
    const nothing = await get('/admin/sessions/00000000-0000-4000-8000-000000000000');
    expect([nothing.status, await nothing.json()]).toMatchObject([404, { error: 'NotFound' }]);
  });

  it("is not signed in by the admin token in a header, or by a person's cookie", async () => {
    const authorization = `Bearer ${broker().secrets.adminToken}`;
    const answer = await exchange(new URL('/admin/sessions', broker().url), { headers: { authorization } });
    expect(answer.status).toBe(403);
  });

  it.each([{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])(
    'changes nothing for another site: %j',
    async marks => {
      const operator = await signedIn(broker());
      for (const path of ['/admin/sign-out', '/admin/sessions/x/revoke', '/admin/sessions/x/refresh'])
        expect((await operator.submit(path, {}, marks)).status).toBe(403);
      const stranger = new OperatorBrowser(broker());
      expect((await stranger.signIn(broker().secrets.adminToken, marks)).status).toBe(403);
      expect(stranger.cookie).toBeUndefined();
      expect((await operator.open('/admin')).text).toContain(OVERVIEW);
    },
  );

  describe('after a while', () => {
    const clock = movingClock();
    it('is signed out after 15 minutes, even if it is busy', async () => {
      const operator = await signedIn(broker());
      clock.advance({ minutes: 14 });
      expect((await operator.open('/admin')).text).toContain(OVERVIEW);
      clock.advance({ minutes: 2 });
      expect((await operator.open('/admin')).text).toContain(SIGN_IN_FORM);
    });
  });
}

describeDialects("the operator's browser after a restart of the broker", (_open, { dialect, create }) => {
  it('stays signed in, and is signed out by a changed admin token', async () => {
    const database = await create();
    const first = await startTestBroker(dialect, database);
    const operator = await signedIn(first);
    await first.app.close();

    const second = await startTestBroker(dialect, database, { inPlaceOf: first });
    expect((await operator.open('/admin')).text).toContain(OVERVIEW);
    await second.app.close();

    const settings = { LATCHKEY_ADMIN_TOKEN: 'another-admin-token-of-many-characters' };
    const third = await startTestBroker(dialect, database, { inPlaceOf: second, settings });
    try {
      expect((await operator.open('/admin')).text).toContain(SIGN_IN_FORM);
    } finally {
      await third.app.close();
    }
  });
});

describeBroker(
  "the operator's pages without an admin token",
  broker => {
    it('are off, and say how to turn them on', async () => {
      const operator = new OperatorBrowser(broker());
      const page = await operator.open('/admin');
      expect(page.text).toContain('LATCHKEY_ADMIN_TOKEN');
      expect(page.text).not.toContain(SIGN_IN_FORM);
      expect((await operator.signIn('x'.repeat(40))).location).toBe('/admin?problem=InvalidToken');
      expect((await operator.signIn('')).location).toBe('/admin?problem=InvalidToken');
    });
  },
  { anyDatabase: true, settings: { LATCHKEY_ADMIN_TOKEN: undefined } },
);

describeBroker(
  "the operator's pages of a confidential client",
  broker => {
    it('show its keys, their ages and the sessions that need them, with a host-only cookie', async () => {
      const browser = broker().browser();
      await browser.login('alice.test', accountOf(broker(), 'alice.test'));
      const operator = await signedIn(broker());
      expect(operator.setCookie).toMatch(
        /^__Host-latchkey-admin=.*; Path=\/;.*; HttpOnly; Secure; SameSite=Strict$/,
      );
      const { text } = await operator.open('/admin/client-keys');
      expect(text).toMatch(/data-client-key="[\w-]{43}"/);
      for (const part of [
        'signs',
        '<dt>Age</dt><dd>0 days</dd>',
        '<dt>Sessions</dt><dd>1</dd>',
        'In the JWKS',
      ])
        expect(text).toContain(part);
    });
  },
  { anyDatabase: true, confidential: true },
);

async function tableText({ database }: TestBroker): Promise<string> {
  return JSON.stringify(await database.selectFrom('operator_session').selectAll().execute());
}
