import { beforeAll, expect, it } from '@jest/globals';
import { callWith } from '../broker/issued-key.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { errorOf, problemOf } from '../login/answers.ts';
import {
  approveKey,
  authorizeKey,
  claimCodeOf,
  KeyAsker,
  obtainKey,
  openCodePage,
} from '../network/key-asker.ts';
import type { Account } from '../network/network-control.ts';
import { operate } from '../sessions/operate.ts';
import { keyRequestOf, sessionStatusOf } from './rows.ts';

describeBroker('an API key that is requested', broker => {
  let alice: Account;
  let bob: Account;
  let asker: KeyAsker;
  beforeAll(async () => {
    // Own accounts, because other suites change the number of grants of shared ones.
    alice = await broker().network.createAccount(`maker-${broker().dialect}.test`);
    bob = await broker().network.createAccount(`other-${broker().dialect}.test`);
    asker = new KeyAsker(broker().url);
  });

  it('is shown to its owner, authorized at the PDS, claimed once, and then works', async () => {
    const asked = await asker.ask({ identifier: alice.handle, name: 'Field <b>bot</b>', expiresInDays: 30 });
    expect(asked).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      authorizeUrl: `${broker().publicUrl}/connect/${asked.id}`,
      tempToken: expect.stringMatching(/^cktmp_[\w-]{43}$/),
      scope: 'atproto transition:generic',
      expiresAt: expect.any(String),
    });
    const left = Date.parse(asked.expiresAt) - Date.now();
    expect(left).toBeGreaterThan(14 * 60_000);
    expect(left).toBeLessThanOrEqual(15 * 60_000 + 1000);
    expect(await (await asker.poll(asked)).json()).toEqual({
      id: asked.id,
      status: 'pending',
      expiresAt: asked.expiresAt,
    });
    expect(await errorOf(await asker.tryClaim(asked, '0000-0000'))).toEqual({
      status: 409,
      error: 'KeyRequestNotAuthorized',
    });

    const owner = broker().browser();
    const page = await owner.open(`/connect/${asked.id}`);
    const shown = (await page.text()).replaceAll('<wbr/>', '');
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    for (const part of [
      'Field &lt;b>bot',
      '127.0.0.1',
      alice.handle,
      alice.did,
      'atproto',
      '30 days',
      'Not verified',
    ])
      expect(shown).toContain(part);
    expect(shown).not.toMatch(/<b>|<script(?! type="module" src=)/);

    const callback = await owner.openCallback(await owner.authorize(await approveKey(owner, asked), alice));
    // No session, only what this callback needs if it is loaded again, and the sealed code.
    expect(callback.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^latchkey-login-finished=/),
      expect.stringMatching(new RegExp(`^latchkey-code=1\\.[^;]+; Path=/connect/${asked.id}; .*HttpOnly`)),
    ]);
    const answer = await openCodePage(owner, callback);
    const code = await claimCodeOf(answer);
    expect(callback.headers.get('location')).toBe(`/connect/${asked.id}/code`);
    expect(callback.headers.getSetCookie().join()).not.toContain(code);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(owner.cookie('latchkey')).toBeUndefined();
    expect([answer.headers.get('cache-control'), answer.headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ]);
    expect(await (await asker.poll(asked)).json()).toEqual({
      id: asked.id,
      status: 'authorized',
      did: alice.did,
      expiresAt: asked.expiresAt,
    });

    const key = await asker.claim(asked, code.toLowerCase().replace('-', ' '));
    expect(key).toEqual({
      id: expect.any(String),
      secret: expect.stringMatching(/^ckapi_[0-9a-f]{64}$/),
      start: key.secret.slice(0, 12),
      did: alice.did,
      name: 'Field <b>bot</b>',
      scope: 'atproto transition:generic',
      expiresAt: expect.any(String),
      needsOwnerBy: expect.any(String),
    });
    const days = (Date.parse(key.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30.001);
    expect((await callWith(broker(), key, 'GET /xrpc/com.atproto.server.getSession')).status).toBe(200);
    expect(await (await asker.poll(asked)).json()).toMatchObject({ status: 'claimed' });
    expect((await owner.open(`/connect/${asked.id}`)).status).toBe(410);
    expect(await actionsOn(asked.id)).toEqual([
      'key-request.approved',
      'key-request.authorized',
      'key-request.claimed',
      'key-request.created',
    ]);
  });

  const actionsOn = async (id: string): Promise<string[]> => {
    await new Promise(resolve => setTimeout(resolve, 1100)); // Refusals are stored within a second.
    const { body } = await operate(broker(), `GET /api/audit-events?targetId=${id}`);
    return (body.auditEvents as { action: string }[]).map(({ action }) => action).sort();
  };

  it('has its code sent to the loopback address of its requester and needs no typing', async () => {
    const loopback = 'http://127.0.0.1:45678/done?mine=1';
    const asked = await asker.ask({ identifier: alice.did, loopback });
    const answer = await authorizeKey(broker().browser(), asked, alice);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([303, 'no-store']);
    const target = new URL(answer.headers.get('location') ?? '');
    expect(`${target.origin}${target.pathname}`).toBe('http://127.0.0.1:45678/done');
    const { mine, request, code = '' } = Object.fromEntries(target.searchParams);
    expect([mine, request]).toEqual(['1', asked.id]);
    expect(await asker.claim(asked, code)).toMatchObject({ did: alice.did, expiresAt: null });
  });

  it('shows its code at an address of its own until it is claimed, in the same browser only', async () => {
    const asked = await asker.ask({ identifier: alice.handle });
    const owner = broker().browser();
    const path = `/connect/${asked.id}/code`;
    expect((await owner.open(path)).headers.get('location')).toBe(`/connect/${asked.id}`);
    const code = await claimCodeOf(await authorizeKey(owner, asked, alice));
    expect(await claimCodeOf(await owner.open(path))).toBe(code);
    expect(await (await owner.open(`/connect/${asked.id}`)).text()).toContain(`href="${path}"`);
    const stranger = broker().browser();
    const refused = await stranger.open(path);
    const shown = await refused.text();
    expect([refused.status, shown.includes(code)]).toEqual([404, false]);
    expect(shown).toContain('Only the browser in which you gave permission');
    expect(await (await stranger.open(`/connect/${asked.id}`)).text()).not.toContain(`href="${path}"`);

    await asker.claim(asked, code);
    const claimed = await owner.open(path);
    const told = await claimed.text();
    expect([claimed.status, told.includes(code)]).toEqual([200, false]);
    expect(told).toContain('The key was picked up');
    expect((await stranger.open(path)).status).toBe(410);
  });

  it('says at the address of its code that it was denied, and opens no other code there', async () => {
    const [asked, other] = [
      await asker.ask({ identifier: alice.handle }),
      await asker.ask({ identifier: alice.handle }),
    ];
    const owner = broker().browser();
    const path = `/connect/${asked.id}/code`;
    await authorizeKey(owner, asked, alice);
    // The seal binds a code to its request.
    owner.agent.cookies.set(
      owner.publicUrl.host,
      'latchkey-code',
      owner.cookie('latchkey-code') ?? '',
      `/connect/${other.id}`,
    );
    await authorizeKey(broker().browser(), other, alice);
    expect((await owner.open(`/connect/${other.id}/code`)).status).toBe(404);
    await owner.submit(`/connect/${asked.id}/deny`, {});
    const page = await owner.open(path);
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('it was denied')]);
  });

  it('shows its code again when the callback is reloaded, in the same browser only', async () => {
    const asked = await asker.ask({ identifier: alice.handle });
    const owner = broker().browser();
    const callback = await owner.authorize(await approveKey(owner, asked), alice);
    const open = async () => openCodePage(owner, await owner.openCallback(callback));
    const code = await claimCodeOf(await open());
    const grants = await broker().network.countGrants(alice.did);
    expect(await claimCodeOf(await open())).toBe(code);
    expect(await broker().network.countGrants(alice.did)).toBe(grants);
    const stranger = broker().browser();
    expect(await problemOf(await stranger.openCallback(callback))).toBe('LoginFromAnotherBrowser');
  });

  it('is not issued to another account than the requested one, whose grant is revoked', async () => {
    const before = await broker().network.countGrants(bob.did);
    const asked = await asker.ask({ identifier: alice.handle });
    const stranger = broker().browser();
    expect(await problemOf(await authorizeKey(stranger, asked, bob))).toBe('WrongAccount');
    expect(await broker().network.countGrants(bob.did)).toBe(before);
    expect(await (await asker.poll(asked)).json()).toMatchObject({ status: 'pending' });
    expect(await actionsOn(asked.id)).toContain('key-request.wrong-account');
  });

  it('stays pending when its owner denies at the PDS, and can be approved again', async () => {
    const asked = await asker.ask({ identifier: alice.handle });
    const owner = broker().browser();
    expect(await problemOf(await authorizeKey(owner, asked, alice, { decision: 'deny' }))).toBe(
      'LoginCancelled',
    );
    await asker.claim(asked, await claimCodeOf(await authorizeKey(owner, asked, alice)));
  });

  it('has the scope that its owner granted', async () => {
    const asked = await asker.ask({ identifier: alice.handle });
    const answer = await authorizeKey(broker().browser(), asked, alice, { scope: 'atproto' });
    const key = await asker.claim(asked, await claimCodeOf(answer));
    expect(key.scope).toBe('atproto');
    expect(await (await callWith(broker(), key, 'GET /api/me')).json()).toMatchObject({ scope: 'atproto' });
  });

  it('ends when it is denied, authorized or not, and leaves no trace', async () => {
    for (const isAuthorized of [false, true]) {
      const before = await broker().network.countGrants(alice.did);
      const asked = await asker.ask({ identifier: alice.handle });
      const owner = broker().browser();
      if (isAuthorized) await authorizeKey(owner, asked, alice);
      const denied = await owner.submit(`/connect/${asked.id}/deny`, {});
      expect([denied.status, await denied.text()]).toEqual([200, expect.stringContaining('You denied it')]);
      expect((await asker.poll(asked)).status).toBe(401);
      const { status, session_id } = await keyRequestOf(broker(), asked.id);
      expect(status).toBe('denied');
      expect(await broker().network.countGrants(alice.did)).toBe(before);
      if (session_id !== null) expect(await sessionStatusOf(broker(), session_id)).toBe('revoked');
      for (const path of ['', '/approve', '/deny']) {
        const answer =
          path === ''
            ? await owner.open(`/connect/${asked.id}`)
            : await owner.submit(`/connect/${asked.id}${path}`, {});
        expect([answer.status, await answer.text()]).toEqual([410, expect.stringContaining('has ended')]);
      }
    }
  });

  it('cannot be authorized twice: the later grant is revoked', async () => {
    const asked = await asker.ask({ identifier: alice.handle });
    const owners = [broker().browser(), broker().browser()];
    const ways = await Promise.all(
      owners.map(async owner => ({
        owner,
        callback: await owner.authorize(await approveKey(owner, asked), alice),
      })),
    );
    const before = await broker().network.countGrants(alice.did);
    const answers = await Promise.all(ways.map(({ owner, callback }) => owner.openCallback(callback)));
    const ends = answers.map(({ headers }) => headers.get('location')?.replace(`/connect/${asked.id}`, ''));
    expect(ends.sort()).toEqual(['/code', '?problem=KeyRequestNotPending']);
    expect(await broker().network.countGrants(alice.did)).toBe(before + 1);
  });

  it('is not found by an invented link', async () => {
    for (const id of ['00000000-0000-4000-8000-000000000000', 'x', '%00'])
      for (const answer of [
        await broker().browser().open(`/connect/${id}`),
        await broker().browser().submit(`/connect/${id}/approve`, {}),
      ])
        expect([answer.status, await answer.text()]).toEqual([
          404,
          expect.stringContaining('find this request'),
        ]);
  });
});

describeBroker(
  'an account at its limit of keys',
  broker => {
    it('gets no further key, also by a later request, and its keys keep working', async () => {
      const alice = await broker().network.createAccount(`full-${broker().dialect}.test`);
      const key = await obtainKey(broker().browser(), alice);
      const before = await broker().network.countGrants(alice.did);
      const asked = await new KeyAsker(broker().url).ask({ identifier: alice.handle });
      const owner = broker().browser();
      expect(await problemOf(await authorizeKey(owner, asked, alice))).toBe('TooManyApiKeys');
      expect(await broker().network.countGrants(alice.did)).toBe(before);
      expect((await callWith(broker(), key, 'GET /xrpc/com.atproto.server.getSession')).status).toBe(200);
    });
  },
  { settings: { LATCHKEY_KEYS_PER_ACCOUNT: '1' } },
);
