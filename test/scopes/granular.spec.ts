import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { sessionOf } from '../login/granted.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Account } from '../network/network-control.ts';
import { sharedNetwork } from '../network/network.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import { type ProxiedService, startProxiedService } from '../xrpc/proxied-service.ts';
import { entries, find, narrow, publish, standInForNameServers, tags, untilKnown, whole } from './crates.ts';

const nsid = 'com.example.crate.granular';
const include = `include:${nsid}`;
const query = 'com.example.registry.search';
const scope = `atproto ${include} blob:image/* rpc:${query}?aud=*`;

type Me = { scope: string; scopeShortfall?: string[]; reconsentUrl?: string };

describe.each([
  ['a public client', false],
  ['a confidential client', true],
])('granular scopes of %s', (_kind, confidential) => {
  beforeAll(async () => {
    const authority = await publish({ network: await sharedNetwork() }, nsid, whole);
    standInForNameServers(name =>
      Promise.resolve(name === '_lexicon.crate.example.com' ? [`did=${authority}`] : null),
    );
  });
  afterAll(() => {
    jest.restoreAllMocks();
  });

  const settings = { LATCHKEY_SCOPE: scope };
  describeBroker('at a real PDS', suite, { confidential, anyDatabase: confidential, settings });
});

function suite(broker: () => TestBroker): void {
  let owner: Account;
  let browser: BrowserClient;
  beforeAll(async () => {
    await publish(broker(), nsid, whole);
    await untilKnown(broker(), nsid);
    owner = await broker().network.createAccount(`crates-${randomBytes(4).toString('hex')}.test`);
    browser = broker().browser();
    await browser.login(owner.did, owner);
  });

  const meOf = async (client: BrowserClient): Promise<Me> =>
    (await (await client.get('/api/me')).json()) as Me;
  const write = (client: BrowserClient, collection: string): Promise<Response> => {
    const record = { $type: collection, name: 'latest' };
    const input = { repo: owner.did, collection, record, validate: false };
    return client.post('/xrpc/com.atproto.repo.createRecord', input);
  };
  const answerOf = async (answer: Response): Promise<unknown[]> => {
    const { error } = (await answer.json()) as { error?: string };
    return [answer.status, error, answer.headers.get('latchkey-error')];
  };
  const shortfalls = async (): Promise<Record<string, number>> =>
    byLabel(readSamples(await (await scrape(broker())).text()), 'latchkey_scope_shortfalls_total');
  const refresh = async (): Promise<void> => {
    const { id } = await sessionOf(broker(), owner.did);
    expect(await broker().app.get(Refresher).refresh(id, { kind: 'forced' })).toEqual({ kind: 'refreshed' });
  };

  it('are granted in expanded form, without a shortfall', async () => {
    const me = await meOf(browser);
    expect(me.scope.split(' ').sort()).toEqual(
      [
        'atproto',
        'blob:image/*',
        `repo?collection=${entries}&collection=${tags}`,
        `rpc:${find}?aud=*`,
        `rpc:${query}?aud=*`,
      ].sort(),
    );
    expect(me).not.toHaveProperty('scopeShortfall');
    expect(me).not.toHaveProperty('reconsentUrl');
  });

  it('leave decisions about records and blobs to the PDS, and pass its errors on', async () => {
    expect((await write(browser, tags)).status).toBe(200);
    expect((await write(browser, entries)).status).toBe(200);
    expect(await answerOf(await write(browser, 'app.bsky.feed.post'))).toEqual([
      403,
      'ScopeMissingError',
      null,
    ]);
    const upload = (type: string): Promise<Response> =>
      browser.request('POST', '/xrpc/com.atproto.repo.uploadBlob', {
        headers: { 'content-type': type },
        body: randomBytes(10),
      });
    expect((await upload('image/png')).status).toBe(200);
    expect(await answerOf(await upload('text/plain'))).toEqual([403, 'ScopeMissingError', null]);
  });

  describe('of services', () => {
    let service: ProxiedService;
    beforeAll(async () => {
      service = await startProxiedService();
    });
    afterAll(() => service.stop());

    it('allow service calls of any audience, and the broker refuses calls beyond them itself', async () => {
      const proxied = { 'atproto-proxy': `${service.did}#test_service` };
      for (const method of [query, find])
        expect((await browser.get(`/xrpc/${method}`, proxied)).status).toBe(200);
      expect(service.calls.map(({ token }) => token)).toMatchObject([{ lxm: query }, { lxm: find }]);
      const refused = await browser.get('/xrpc/com.example.registry.delete', proxied);
      expect(await answerOf(refused)).toEqual([403, 'ScopeMissing', 'ScopeMissing']);
      // Without a named service the PDS decides.
      const unnamed = await browser.get('/xrpc/com.example.registry.delete');
      expect([unnamed.status >= 400, unnamed.headers.has('latchkey-error')]).toEqual([true, false]);
    });
  });

  it('that their author narrows or widens take effect at the next refresh, and end no session', async () => {
    await publish(broker(), nsid, narrow);
    await refresh();
    const narrowed = await meOf(browser);
    expect(narrowed.scope).toContain(`repo:${tags}`);
    expect(narrowed.scope).not.toContain(entries);
    expect(narrowed.scopeShortfall).toEqual([include]);
    expect(await answerOf(await write(browser, entries))).toEqual([403, 'ScopeMissingError', null]);
    const proxied = { 'atproto-proxy': 'did:web:api.example.com#crates' };
    expect(await answerOf(await browser.get(`/xrpc/${find}`, proxied))).toEqual([
      403,
      'ScopeMissing',
      'ScopeMissing',
    ]);
    const told = broker().logLines.findLast(line => line.includes('session scope changed')) ?? '{}';
    expect(JSON.parse(told)).toMatchObject({
      did: owner.did,
      lost: expect.stringContaining(entries) as unknown,
    });

    const before = await shortfalls();
    await refresh();
    expect((await shortfalls()).refresh).toBe((before.refresh ?? 0) + 1);

    await publish(broker(), nsid, whole);
    await refresh();
    expect(await meOf(browser)).not.toHaveProperty('scopeShortfall');
    expect((await write(browser, entries)).status).toBe(200);
  });

  describe('that were granted in part', () => {
    let partly: BrowserClient;
    let me: Me;
    beforeAll(async () => {
      const before = await shortfalls();
      partly = broker().browser();
      await partly.login(owner.did, owner, { scope: `atproto ${include} rpc:${query}?aud=*` });
      me = await meOf(partly);
      expect((await shortfalls()).login).toBe((before.login ?? 0) + 1);
    });

    it('are reported, with a link', () => {
      expect(me.scopeShortfall).toEqual(['blob:image/*']);
      expect(me.reconsentUrl).toBe(
        `${broker().publicUrl}/oauth/login?identifier=${encodeURIComponent(owner.did)}&prompt=consent`,
      );
    });

    it('lead to a confirmation page when another site or account follows the link', async () => {
      const { pathname, search } = new URL(me.reconsentUrl ?? '');
      for (const [client, site] of [
        [partly, 'cross-site'],
        [browserOf(broker(), 'bob.test'), 'none'],
      ] as const) {
        const answer = await (await client).open(pathname + search, site);
        expect(answer.headers.get('location')).toBe(`/${search}`);
        const page = await (await (await client).open(`/${search}`)).text();
        expect(page).toContain('name="prompt" value="consent"');
        expect(page.includes('Review permissions')).toBe(site === 'cross-site');
      }
    });

    it('are requested again by that link, and the new session replaces the old one', async () => {
      const { pathname, search } = new URL(me.reconsentUrl ?? '');
      const grants = await broker().network.countGrants(owner.did);
      const begun = await partly.open(`${pathname}${search}&return_to=/x`, 'same-origin');
      const consent = new URL(begun.headers.get('location') ?? '');
      const callback = await partly.authorize(consent, owner);
      const old = partly.cookie(cookieName(broker()));
      const answer = await partly.openCallback(callback);
      expect(answer.headers.get('location')).toBe('/x');
      expect(partly.cookie(cookieName(broker()))).not.toBe(old);
      expect(await meOf(partly)).not.toHaveProperty('scopeShortfall');
      expect(await broker().network.countGrants(owner.did)).toBe(grants);
    });
  });
}

function cookieName({ publicUrl }: TestBroker): string {
  return publicUrl.startsWith('https:') ? '__Host-latchkey' : 'latchkey';
}

async function browserOf(broker: TestBroker, handle: string): Promise<BrowserClient> {
  const account = broker.network.accounts.find(candidate => candidate.handle === handle);
  if (!account) throw new Error(`there is no ${handle}`);
  const client = broker.browser();
  await client.login(account.did, account);
  return client;
}
