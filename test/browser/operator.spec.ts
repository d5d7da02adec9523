import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { SpoolDirectory } from '../../src/leases/spools/spool-directory.service.ts';
import { Degradations } from '../../src/observability/degradations.ts';
import { listEvents } from '../audit/events.ts';
import { storeSession } from '../broker/stored-session.ts';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import { signIn, type TestSession } from '../refresher/test-session.ts';
import { describeInChromium } from './chromium-suite.ts';
import { Keyboard } from './keyboard.ts';
import { openWatched } from './watched-context.ts';

describeInChromium('the operator in Chromium, with only a keyboard', chromium => {
  describeBroker(
    'on the pages below /admin',
    broker => {
      let context: BrowserContext;
      let page: Page;
      let keyboard: Keyboard;
      let complaints: readonly string[];
      let session: TestSession;
      beforeAll(async () => {
        session = await signIn(broker());
        ({ context, page, complaints } = await openWatched(chromium(), broker()));
        keyboard = new Keyboard(page);
      });
      afterAll(() => context.close());

      /** Presses a button, or follows a link. */
      const enter = (name: string): Promise<void> => keyboard.enter(name);
      const lastEvent = async () => {
        const { auditEvents } = await listEvents(broker(), { targetId: session.id });
        return auditEvents[0];
      };

      it('signs in with the right admin token, after a wrong one', async () => {
        await page.goto(`${broker().url}/admin/sessions`);
        await keyboard.type('Admin token', 'x'.repeat(40));
        await enter('Sign in');
        expect(await page.getByRole('alert').innerText()).toBe(
          'That isn’t the admin token. Check LATCHKEY_ADMIN_TOKEN, and try again.',
        );
        await keyboard.type('Admin token', broker().secrets.adminToken);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: 'Overview' }).waitFor();
        const [cookie] = (await context.cookies()).filter(({ name }) => name === 'latchkey-admin');
        expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
        const minutes = ((cookie?.expires ?? 0) - Date.now() / 1000) / 60;
        expect(minutes).toBeGreaterThan(13);
        expect(minutes).toBeLessThanOrEqual(15);
      });

      it('sees which sessions need attention, and why', async () => {
        expect(await page.getByRole('status').innerText()).toMatch(/^Nothing/);
        const change = { status: 'needs_reauth', reason: 'lifetime' } as const;
        const lost = await storeSession(broker(), broker().network.pds, { did: 'did:plc:lost' });
        const failing = await storeSession(broker(), broker().network.pds, { did: 'did:plc:failing' });
        const { database } = broker();
        await database.updateTable('oauth_session').set(change).where('id', '=', lost.id).execute();
        const trouble = { failures: 3, next_refresh_at: database.now(3600) };
        await database.updateTable('oauth_session').set(trouble).where('id', '=', failing.id).execute();
        broker().app.get(Degradations, { strict: false }).set('spool', true);
        await page.reload();
        expect(await page.locator('[data-caution]').innerText()).toMatch(/can’t write to its spool/);
        broker().app.get(Degradations, { strict: false }).set('spool', false);
        expect(await page.locator('[data-count=needs_reauth]').innerText()).toBe('1');
        expect(await page.locator('[data-concern=needs_reauth]').innerText()).toMatch(
          /lets no session live longer/,
        );
        expect(await page.locator('[data-concern=troubled]').innerText()).toMatch(/last 3 refreshes failed/);
        const tasks = await page
          .locator('[data-task]')
          .evaluateAll(rows => rows.map(row => row.getAttribute('data-task')));
        expect(tasks.sort()).toEqual(['check', 'handles', 'refresh', 'sweep', 'warn']);
      });

      it('finds sessions by handle, by DID and by status', async () => {
        const search = async (q: string, status: string): Promise<void> => {
          await keyboard.type('Handle, DID or session id', q);
          await keyboard.type('Status', status);
          await enter('Find');
        };
        const found = async (query: Record<string, string>): Promise<number> => {
          await page.goto(`${broker().url}/admin/sessions?${new URLSearchParams(query)}`);
          return page.locator('[data-session]').count();
        };
        await enter('Sessions');
        await search('@Alice.Test', 'active');
        expect(await page.locator('[data-session]').count()).toBe(1);
        expect(await found({ q: accountOf(broker(), 'alice.test').did })).toBe(1);
        expect(await found({ status: 'troubled' })).toBe(1);
        expect(await found({ status: 'needs_reauth' })).toBe(1);
        for (const q of ['nobody.test', 'a\0b', "' or 1=1 --"]) expect(await found({ q })).toBe(0);
        expect(await page.getByText('No sessions match.').count()).toBe(1);
        await search(session.id, 'any');
        await page.getByRole('heading', { name: 'alice.test' }).waitFor();
        expect(new URL(page.url()).pathname).toBe(`/admin/sessions/${session.id}`);
      });

      it('pages through a long list', async () => {
        for (let count = 0; count < 60; count++)
          await storeSession(broker(), broker().network.pds, { did: 'did:plc:many' });
        await page.goto(`${broker().url}/admin/sessions?q=did:plc:many`);
        expect(await page.locator('[data-session]').count()).toBe(50);
        await enter('Show more');
        await page.waitForURL(/cursor=/);
        expect(await page.locator('[data-session]').count()).toBe(10);
        expect(await page.getByLabel('Handle, DID or session id').inputValue()).toBe('did:plc:many');
      });

      it('refreshes a session after confirming it', async () => {
        const { generation } = await session.state();
        await page.goto(`${broker().url}/admin/sessions?q=alice.test`);
        await enter('alice.test');
        await enter('Refresh now');
        expect((await session.state()).generation).toBe(generation);
        await enter('Refresh now');
        await page.getByRole('status').waitFor();
        expect(await page.getByRole('status').innerText()).toBe('The session was refreshed.');
        expect((await session.state()).generation).toBe(generation + 1);
        expect(await lastEvent()).toMatchObject({
          action: 'session.refresh-requested',
          actor: { kind: 'operator', id: expect.any(String) },
        });
      });

      it('revokes a session after confirming it, and its browser is signed out', async () => {
        await enter('Revoke');
        await enter('Cancel');
        expect((await session.state()).status).toBe('active');
        await enter('Revoke');
        await enter('Revoke');
        expect(await page.getByRole('status').innerText()).toMatch(/^The session is revoked/);
        expect((await session.state()).status).toBe('revoked');
        expect((await session.browser.get('/api/me')).status).toBe(401);
        expect(await page.getByRole('link', { name: 'Revoke' }).count()).toBe(0);
        await enter('Its audit events');
        await page.locator('[data-event="session.revoked"]').waitFor();
        expect(await page.locator('[data-event]').count()).toBe(2);
      });

      it('sees the processes, their leases, and the client’s keys', async () => {
        await enter('Instances');
        await page.getByRole('heading', { name: 'Leases' }).waitFor();
        expect(await page.locator('[data-instance]').innerText()).toContain('this one');
        expect(await page.locator('[data-lease="ending-soon"]').count()).toBe(1);
        await enter('Client keys');
        expect(await page.getByText('the broker is a public client').count()).toBe(1);
      });

      it('gives up a silent instance after confirming it, and none that runs', async () => {
        const { database } = broker();
        const [owner, seen_at] = [randomUUID(), database.now(-3600)];
        await database.insertInto('instance').values({ owner, started_at: seen_at, seen_at }).execute();
        const row = page.locator(`[data-instance="${owner}"]`);
        await enter('Instances');
        expect(await row.innerText()).toContain('silent');
        await enter('Overview');
        expect(await page.locator('[data-caution]').innerText()).toMatch(/^One instance is silent/);
        await enter('Show the instances');
        await enter(`Give up ${owner}`);
        await enter('Cancel');
        expect(await row.innerText()).toContain('silent');
        await enter(`Give up ${owner}`);
        await enter('Give up');
        expect(await page.getByRole('status').innerText()).toMatch(/^The instance is given up/);
        expect(await row.innerText()).toContain('given up');
        expect(await page.getByRole('link', { name: /^Give up/ }).count()).toBe(0);
        const { auditEvents } = await listEvents(broker(), { action: 'instance.given-up' });
        expect(auditEvents).toMatchObject([{ target: { id: owner }, actor: { kind: 'operator' } }]);
        const self = broker().app.get(SpoolDirectory, { strict: false }).spoolId;
        await page.goto(`${broker().url}/admin/instances/${self}/give-up`);
        await enter('Give up');
        expect(await page.getByRole('alert').innerText()).toMatch(/seen within the last 90 seconds/);
      });

      it('finds audit events by their action', async () => {
        await enter('Audit events');
        await keyboard.type('Action', 'operator.signed-in');
        await enter('Find');
        expect(await page.locator('[data-event]').count()).toBe(1);
        expect(await page.content()).not.toContain(broker().secrets.adminToken);
      });

      it('signs out, and has met no error on all these pages', async () => {
        await enter('Sign out');
        await page.getByLabel('Admin token').waitFor();
        await page.goto(`${broker().url}/admin/sessions`);
        await page.getByLabel('Admin token').waitFor();
        expect(complaints.filter(text => !/^409 |status of 409/.test(text))).toEqual([]);
      });
    },
    { anyDatabase: true },
  );
});
