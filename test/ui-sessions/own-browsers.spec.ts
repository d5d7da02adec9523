import { beforeEach, expect, it } from '@jest/globals';
import type { Did } from '../../src/database/tables/did.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import { listEvents } from '../audit/events.ts';
import { type CookieLife, storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

const alice = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
const bob = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb';
const firefox = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:130.0) Gecko/20100101 Firefox/130.0';

type Browser = { readonly cookie: string; readonly session: Session };
type Listed = { id: string; browser: string | null; system: string | null; current: boolean };

describeBroker("the browsers that are signed in to the caller's account", suite);

function suite(broker: () => TestBroker): void {
  beforeEach(() => broker().database.deleteFrom('ui_session').execute());

  const signIn = async (did: Did = alice, life: CookieLife = {}): Promise<Browser> => {
    const session = await storeSession(broker(), broker().network.pds, { did });
    return { session, cookie: await storeCookie(broker(), session, life) };
  };
  const ask = async ({ cookie }: Pick<Browser, 'cookie'>, line: string, csrf = true) => {
    const [method = '', path = ''] = line.split(' ');
    const headers = { cookie: `latchkey=${cookie}`, ...(csrf && { 'x-latchkey-csrf': '1' }) };
    const answer = await exchange(new URL(path, broker().url), { method, headers });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  const listFor = async (browser: Browser): Promise<Listed[]> =>
    (await ask(browser, 'GET /api/ui-sessions')).body.uiSessions as Listed[];
  const isSignedIn = async (browser: Browser): Promise<boolean> =>
    (await ask(browser, 'GET /api/me')).status === 200;
  const statusOf = async ({ session }: Browser): Promise<string> => {
    const query = broker().database.selectFrom('oauth_session').select('status').where('id', '=', session.id);
    return (await query.executeTakeFirstOrThrow()).status;
  };

  it('are listed without secrets, with the current one marked', async () => {
    const [mine] = [await signIn(alice, { userAgent: firefox }), await signIn(), await signIn(bob)];
    const { status, body } = await ask(mine, 'GET /api/ui-sessions');
    expect(status).toBe(200);
    const listed = body.uiSessions as Listed[];
    expect(listed).toHaveLength(2);
    expect(listed.find(({ current }) => current)).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      browser: 'Firefox',
      system: 'macOS',
      createdAt: expect.any(String),
      lastSeenAt: expect.any(String),
      expiresAt: expect.any(String),
      current: true,
    });
    expect(listed.find(({ current }) => !current)).toMatchObject({ browser: null, system: null });
  });

  it('are listed page by page', async () => {
    const browsers = [await signIn(), await signIn(), await signIn()];
    const [mine] = browsers;
    if (!mine) throw new Error('nobody signed in');
    const ids: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await ask(mine, `GET /api/ui-sessions?limit=2${query}`);
      ids.push(...(body.uiSessions as Listed[]).map(({ id }) => id));
      cursor = body.cursor as string | undefined;
    }
    expect(new Set(ids).size).toBe(3);
    expect([...ids].sort()).toEqual(ids);
  });

  it('are left out after they have expired', async () => {
    const mine = await signIn();
    await signIn(alice, { expiresAt: new Date(Date.now() - 1000) });
    expect(await listFor(mine)).toMatchObject([{ current: true }]);
  });

  it('are signed out one by one: the cookie stops working, the session is revoked, and that is audited', async () => {
    const [mine, other] = [await signIn(), await signIn()];
    const { id = '' } = (await listFor(mine)).find(({ current }) => !current) ?? {};
    expect((await ask(mine, `DELETE /api/ui-sessions/${id}`)).status).toBe(204);
    expect([await isSignedIn(mine), await isSignedIn(other)]).toEqual([true, false]);
    expect([await statusOf(mine), await statusOf(other)]).toEqual(['active', 'revoked']);
    const { auditEvents } = await listEvents(broker(), { targetId: id });
    expect(auditEvents).toMatchObject([
      { action: 'ui-session.ended', did: alice, actor: { kind: 'browser' }, target: { kind: 'ui-session' } },
    ]);
    expect((await ask(mine, `DELETE /api/ui-sessions/${id}`)).status).toBe(404);
  });

  it('are signed out all but the current one, and none of another account', async () => {
    const [mine, ...others] = [await signIn(), await signIn(), await signIn()];
    const stranger = await signIn(bob);
    expect(await ask(mine, 'DELETE /api/ui-sessions?others=true')).toEqual({
      status: 200,
      body: { ended: 2 },
    });
    const living = [await isSignedIn(mine), await isSignedIn(stranger)];
    expect(living).toEqual([true, true]);
    for (const other of others) {
      expect(await isSignedIn(other)).toBe(false);
      expect(await statusOf(other)).toBe('revoked');
    }
    expect(await ask(mine, 'DELETE /api/ui-sessions?others=true')).toMatchObject({ body: { ended: 0 } });
  });

  it('are unknown to another account', async () => {
    const [mine, stranger] = [await signIn(), await signIn(bob)];
    const [listed] = await listFor(stranger);
    for (const target of [listed?.id ?? '', 'x', '%00', '00000000-0000-4000-8000-000000000000'])
      expect((await ask(mine, `DELETE /api/ui-sessions/${target}`)).status).toBe(404);
    expect(await isSignedIn(stranger)).toBe(true);
  });

  it.each(['', '?others=false', '?others=1'])(
    'are not signed out by a mistaken DELETE /api/ui-sessions%s',
    async query => {
      const [mine, other] = [await signIn(), await signIn()];
      expect(await ask(mine, `DELETE /api/ui-sessions${query}`)).toMatchObject({
        status: 400,
        body: { error: 'InvalidRequest' },
      });
      expect(await isSignedIn(other)).toBe(true);
    },
  );

  it('are not signed out by another site', async () => {
    const [mine, other] = [await signIn(), await signIn()];
    expect((await ask(mine, 'DELETE /api/ui-sessions?others=true', false)).status).toBe(403);
    expect(await isSignedIn(other)).toBe(true);
  });
}
