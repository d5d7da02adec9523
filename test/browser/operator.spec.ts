import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { listEvents } from '../audit/events.ts';
import { storeSession } from '../broker/stored-session.ts';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import { signIn, type TestSession } from '../refresher/test-session.ts';
import { describeInChromium } from './chromium-suite.ts';
import { openWatched } from './watched-context.ts';

describeInChromium('the operator in Chromium', chromium => {
  describeBroker(
    'at the pages below /admin',
    broker => {
      let context: BrowserContext;
      let page: Page;
      let complaints: readonly string[];
      let session: TestSession;
      beforeAll(async () => {
        session = await signIn(broker());
        ({ context, page, complaints } = await openWatched(chromium(), broker()));
      });
      afterAll(() => context.close());

      const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
      const follow = (name: string): Promise<void> => page.getByRole('link', { name, exact: true }).click();
      const lastEvent = async () => {
        const { auditEvents } = await listEvents(broker(), { targetId: session.id });
        return auditEvents[0];
      };

      it('signs in with the admin token, once it is the right one', async () => {
        await page.goto(`${broker().url}/admin/sessions`);
        await page.getByLabel('Admin token').fill('x'.repeat(40));
        await press('Sign in');
        expect(await page.getByRole('alert').innerText()).toBe('This is not the admin token.');
        await page.getByLabel('Admin token').fill(broker().secrets.adminToken);
        await press('Sign in');
        await page.getByRole('heading', { name: 'Overview' }).waitFor();
        const [cookie] = (await context.cookies()).filter(({ name }) => name === 'latchkey-admin');
        expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
        const minutes = ((cookie?.expires ?? 0) - Date.now() / 1000) / 60;
        expect(minutes).toBeGreaterThan(13);
        expect(minutes).toBeLessThanOrEqual(15);
      });

      it('sees at once what needs attention, and why', async () => {
        expect(await page.getByRole('status').innerText()).toMatch(/^Nothing/);
        const change = { status: 'needs_reauth', reason: 'lifetime' } as const;
        const lost = await storeSession(broker(), broker().network.pds, { did: 'did:plc:lost' });
        const failing = await storeSession(broker(), broker().network.pds, { did: 'did:plc:failing' });
        const { database } = broker();
        await database.updateTable('oauth_session').set(change).where('id', '=', lost.id).execute();
        const trouble = { failures: 3, next_refresh_at: database.now(3600) };
        await database.updateTable('oauth_session').set(trouble).where('id', '=', failing.id).execute();
        await page.reload();
        expect(await page.locator('[data-count=needs_reauth]').innerText()).toBe('1');
        expect(await page.locator('[data-concern=needs_reauth]').innerText()).toMatch(
          /lets no session live longer/,
        );
        expect(await page.locator('[data-concern=troubled]').innerText()).toMatch(/last 3 refreshes failed/);
        expect(await page.locator('[data-task]').count()).toBe(3);
      });

      it('finds sessions by handle, by DID and by status', async () => {
        const found = async (q: string, status = ''): Promise<number> => {
          await page.getByLabel('Handle, DID or session id').fill(q);
          await page.getByLabel('Status').selectOption(status);
          await press('Find');
          return page.locator('[data-session]').count();
        };
        await follow('Sessions');
        expect(await found('@Alice.Test')).toBe(1);
        expect(await found(accountOf(broker(), 'alice.test').did)).toBe(1);
        expect(await found('', 'troubled')).toBe(1);
        expect(await found('', 'needs_reauth')).toBe(1);
        for (const nobody of ['nobody.test', 'a\0b', "' or 1=1 --"]) expect(await found(nobody)).toBe(0);
        expect(await page.getByText('No session is like this.').count()).toBe(1);
        await found(session.id);
        await page.getByRole('heading', { name: 'alice.test' }).waitFor();
        expect(new URL(page.url()).pathname).toBe(`/admin/sessions/${session.id}`);
      });

      it('pages through what is too long for one page', async () => {
        for (let count = 0; count < 60; count++)
          await storeSession(broker(), broker().network.pds, { did: 'did:plc:many' });
        await page.goto(`${broker().url}/admin/sessions?q=did:plc:many`);
        expect(await page.locator('[data-session]').count()).toBe(50);
        await follow('Show more');
        await page.waitForURL(/cursor=/);
        expect(await page.locator('[data-session]').count()).toBe(10);
        expect(await page.getByLabel('Handle, DID or session id').inputValue()).toBe('did:plc:many');
      });

      it('refreshes a session, once it is confirmed', async () => {
        const { generation } = await session.state();
        await page.goto(`${broker().url}/admin/sessions?q=alice.test`);
        await follow('alice.test');
        await follow('Refresh now');
        expect((await session.state()).generation).toBe(generation);
        await press('Refresh now');
        await page.getByRole('status').waitFor();
        expect(await page.getByRole('status').innerText()).toBe('It was refreshed.');
        expect((await session.state()).generation).toBe(generation + 1);
        expect(await lastEvent()).toMatchObject({
          action: 'session.refresh-requested',
          actor: { kind: 'operator', id: expect.any(String) },
        });
      });

      it('ends a session, once it is confirmed: its browser is signed out', async () => {
        await follow('End it');
        await follow('Cancel');
        expect((await session.state()).status).toBe('active');
        await follow('End it');
        await press('End it');
        expect(await page.getByRole('status').innerText()).toMatch(/^It is ended/);
        expect((await session.state()).status).toBe('revoked');
        expect((await session.browser.get('/api/me')).status).toBe(401);
        expect(await page.getByRole('link', { name: 'End it' }).count()).toBe(0);
        await follow('What was done to it');
        await page.locator('[data-event="session.revoked"]').waitFor();
        expect(await page.locator('[data-event]').count()).toBe(2);
      });

      it('sees the processes, their leases, and the client’s keys', async () => {
        await follow('Instances');
        await page.getByRole('heading', { name: 'Leases' }).waitFor();
        expect(await page.locator('[data-instance]').innerText()).toContain('this one');
        expect(await page.locator('[data-lease="ending-soon"]').count()).toBe(1);
        await follow('Client keys');
        expect(await page.getByText('the broker is a public client').count()).toBe(1);
      });

      it('finds audit events by what was done', async () => {
        await follow('Audit events');
        await page.getByLabel('Action', { exact: true }).selectOption('operator.signed-in');
        await press('Find');
        expect(await page.locator('[data-event]').count()).toBe(1);
        expect(await page.content()).not.toContain(broker().secrets.adminToken);
      });

      it('signs out, and has met with no error on all these pages', async () => {
        await press('Sign out');
        await page.getByLabel('Admin token').waitFor();
        await page.goto(`${broker().url}/admin/sessions`);
        await page.getByLabel('Admin token').waitFor();
        expect(complaints).toEqual([]);
      });
    },
    { anyDatabase: true },
  );
});
