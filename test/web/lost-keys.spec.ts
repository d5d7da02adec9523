import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { callWith, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession, suspendSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Account } from '../network/network-control.ts';
import type { ConsentOptions } from '../network/pds-pages.ts';

const COOKIE = 'latchkey-reconnect';
const NEXT = '/account/keys/reconnect/next';

describeBroker('three lost keys of an owner', broker => {
  let alice: Account;
  let owner: BrowserClient;
  let stranger: BrowserClient;
  let keys: TestKey[];
  beforeAll(async () => {
    alice = await broker().network.createAccount(`lost-a-${broker().dialect}.test`);
    const bob = await broker().network.createAccount(`lost-b-${broker().dialect}.test`);
    [owner, stranger] = [await signedIn(broker(), alice), await signedIn(broker(), bob)];
  });
  beforeEach(async () => {
    await broker().database.deleteFrom('api_key').execute();
    owner.agent.cookies.delete(owner.publicUrl.host, COOKIE);
    keys = await Promise.all(['one', 'two', 'three'].map(name => lostKey(broker(), alice, name)));
  });

  const nameAll = (browser: BrowserClient, named = keys): Promise<Response> => {
    const sessions = named.map(({ sessionId }) => sessionId).join(',');
    return browser.submit('/account/keys/reconnect', { sessions });
  };
  /** Decides at the PDS. Returns the place that the callback leads to. */
  const decide = async (begun: Response, options?: ConsentOptions): Promise<string> => {
    const atPds = new URL(locationOf(begun));
    const callback = await owner.authorize(atPds, alice, options);
    return locationOf(await owner.openCallback(callback));
  };
  const statuses = (): Promise<number[]> =>
    Promise.all(
      keys.map(
        async key => (await callWith(broker(), key, 'GET /xrpc/com.atproto.server.getSession')).status,
      ),
    );

  it('are named by one button, and work again after one consent for each', async () => {
    const page = await (await owner.open('/account')).text();
    const named = /name="sessions" value="([^"]+)"/.exec(page)?.[1]?.split(',');
    expect(named?.toSorted()).toEqual(keys.map(({ sessionId }) => sessionId as string).toSorted());

    let answer = await nameAll(owner);
    for (let consents = 0; consents < 3; consents++) {
      expect(await decide(answer)).toBe(NEXT);
      answer = await owner.open(NEXT, 'cross-site');
    }
    expect(locationOf(answer)).toBe('/account?done=reconnected-all&count=3');
    expect(owner.cookie(COOKIE)).toBeUndefined();
    expect(await statuses()).toEqual([200, 200, 200]);
    expect(await (await owner.open(locationOf(answer))).text()).toContain('Connected again: 3 keys.');
  });

  it('stop at a refusal: what was reconnected works, and the others stay listed', async () => {
    expect(await decide(await nameAll(owner))).toBe(NEXT);
    const refused = await decide(await owner.open(NEXT, 'cross-site'), { decision: 'deny' });
    expect(refused).toBe('/account?problem=LoginCancelled');
    const page = await (await owner.open(refused)).text();
    expect([...page.matchAll(/data-lost="([^"]+)"/g)].map(([, id]) => id).toSorted()).toEqual(
      keys
        .slice(1)
        .map(({ id }) => id as string)
        .toSorted(),
    );
    expect(owner.cookie(COOKIE)).toBeUndefined();
    expect(await statuses()).toEqual([200, 401, 401]);
  });

  it('are passed over if they were reconnected meanwhile', async () => {
    const begun = await nameAll(owner);
    await broker()
      .database.updateTable('oauth_session')
      .set({ status: 'active' })
      .where('id', 'in', keys.map(({ sessionId }) => sessionId).slice(1, 2))
      .execute();
    expect(await decide(begun)).toBe(NEXT);
    expect(await decide(await owner.open(NEXT, 'cross-site'))).toBe(NEXT);
    expect(locationOf(await owner.open(NEXT))).toBe('/account?done=reconnected-all&count=2');
  });

  it('are not asked for again by another site, before or between the steps', async () => {
    expect(locationOf(await owner.open(NEXT, 'cross-site'))).toBe('/account');
    await nameAll(owner);
    expect(locationOf(await owner.open(NEXT, 'cross-site'))).toBe('/account');
    expect(owner.cookie(COOKIE)).toBeUndefined();
  });

  it('are none of another account, which can neither name them nor use the cookie', async () => {
    expect(locationOf(await nameAll(stranger))).toBe('/account');
    expect(await decide(await nameAll(owner))).toBe(NEXT);
    stranger.agent.cookies.set(stranger.publicUrl.host, COOKIE, owner.cookie(COOKIE) ?? '');
    expect(locationOf(await stranger.open(NEXT))).toBe('/account');
    expect(stranger.cookie(COOKIE)).toBeUndefined();
  });

  it.each([
    ['no id', ''],
    ['text', 'x'],
    ['26 ids', Array.from({ length: 26 }, () => crypto.randomUUID()).join(',')],
  ])('are not named by %s', async (_, sessions) => {
    expect((await owner.submit('/account/keys/reconnect', { sessions })).status).toBe(400);
  });
});

async function signedIn(broker: TestBroker, account: Account): Promise<BrowserClient> {
  const browser = broker.browser();
  await browser.login(account.handle, account);
  return browser;
}

/** Stores a key whose session needs its owner. */
async function lostKey(broker: TestBroker, { did }: Account, name: string): Promise<TestKey> {
  const session = await storeSession(broker, broker.network.pds, { did }, 'api_key');
  const key = await issueKey(broker, session, { name });
  await suspendSession(broker, session.id);
  return key;
}

function locationOf(answer: Response): string {
  return answer.headers.get('location') ?? '';
}
