import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { OperatorSessions } from '../../src/operator-sessions/operator-sessions.service.ts';
import { issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { describeInChromium } from './chromium-suite.ts';
import { giveCookie } from './watched-context.ts';

/** The same site on another port, which gets cookies, and another site altogether. */
const hosts = ['127.0.0.1', 'localhost'];

describeInChromium('a signed-in visitor in Chromium', chromium => {
  describeBroker(
    'on a page of another site',
    broker => {
      let evil: ScriptedServer;
      let context: BrowserContext;
      let page: Page;
      let key: TestKey;
      let operatorCookie: string;
      beforeAll(async () => {
        evil = await startServer((_request, response) =>
          response.setHeader('content-type', 'text/html').end('<!doctype html><title>Evil</title>'),
        );
        const operator = broker().app.get(OperatorSessions, { strict: false });
        operatorCookie = (await operator.signIn(broker().secrets.adminToken, '192.0.2.1')).cookie;
        context = await chromium().newContext();
        page = await context.newPage();
      });
      afterAll(async () => {
        await context.close();
        await evil.stop();
      });
      beforeEach(async () => {
        const { did } = accountOf(broker(), 'alice.test');
        const session = await storeSession(broker(), broker().network.pds, { did });
        const other = await storeSession(broker(), broker().network.pds, { did });
        key = await issueKey(
          broker(),
          await storeSession(broker(), broker().network.pds, { did }, 'api_key'),
        );
        await storeCookie(broker(), other);
        await context.clearCookies();
        await giveCookie(context, broker(), await storeCookie(broker(), session));
        await giveCookie(context, broker(), operatorCookie, 'latchkey-admin');
      });

      const open = (host: string): Promise<unknown> => page.goto(evil.origin.replace('127.0.0.1', host));
      const forms = (): [string, Record<string, string>][] => [
        ['/oauth/login', { identifier: 'bob.test', replace: 'yes' }],
        ['/oauth/logout', {}],
        ['/account/browsers/end-others', {}],
        ['/account/keys', { name: 'x', ends: '30', 'permission-1': 'yes' }],
        [`/account/keys/${key.id}/rotate`, { start: key.start, grace: '0' }],
        [`/account/keys/${key.id}/revoke`, {}],
        [`/account/keys/${key.id}/rename`, { name: 'x' }],
        [`/account/keys/${key.id}/end-previous`, {}],
        ['/admin/sign-out', {}],
        ['/admin/sign-in', { token: broker().secrets.adminToken }],
        [`/admin/sessions/${key.sessionId}/revoke`, {}],
        [`/admin/sessions/${key.sessionId}/refresh`, {}],
      ];

      it.each(hosts)('is not affected by its forms, from %s', async host => {
        const before = await stateOf(broker());
        for (const [path, fields] of forms()) {
          await open(host);
          const answered = page.waitForResponse(answer => answer.url() === broker().url + path);
          await page.evaluate(submitFrom, { url: broker().url + path, fields });
          const answer = await answered;
          await page.waitForURL(url => url.origin === broker().url);
          const [status, headers] = [answer.status(), await answer.allHeaders()];
          expect([path, [303, 403].includes(status)]).toEqual([path, true]);
          // A redirect leads only to the form with the problem, and never to a login.
          if (status === 303) expect(headers.location).toMatch(/^\/(admin)?\?.*problem=\w+/);
        }
        expect(await stateOf(broker())).toEqual(before);
      });

      it.each(hosts)('sees no page of the broker in its frames, from %s', async host => {
        await open(host);
        for (const path of ['/', '/account', `/account/keys/${key.id}`, '/admin', '/?identifier=bob.test']) {
          const failed = page.waitForEvent('framenavigated', frame =>
            frame.url().startsWith('chrome-error:'),
          );
          await page.evaluate(frameIn, broker().url + path);
          await failed;
        }
        expect(page.frames().filter(frame => frame.url().startsWith(broker().url))).toEqual([]);
      });

      it.each(hosts)('is not signed in as another account by its links, from %s', async host => {
        const before = await stateOf(broker());
        for (const path of ['/oauth/login?identifier=bob.test', '/?identifier=bob.test&problem=x']) {
          await open(host);
          await page.evaluate(followLink, broker().url + path);
          await page.waitForURL(url => url.origin === broker().url);
          expect(await page.locator('form[action$="/oauth/login"]').count()).toBe(1);
        }
        expect(await stateOf(broker())).toEqual(before);
      });

      it.each(hosts)('keeps account, key and picture from its scripts, from %s', async host => {
        await open(host);
        const { did } = accountOf(broker(), 'alice.test');
        for (const path of ['/account', '/lookup?identifier=alice.test', `/avatars/${did}`])
          await expect(page.evaluate(readFrom, broker().url + path)).rejects.toThrow('Failed to fetch');
      });
    },
    { anyDatabase: true },
  );
});

/** Everything that the forms could change. */
async function stateOf({ database }: TestBroker): Promise<unknown> {
  const [keys, browsers, operators, requests, logins, sessions] = await Promise.all([
    database.selectFrom('api_key').select(['id', 'name', 'digest', 'revoked_at']).orderBy('id').execute(),
    database.selectFrom('ui_session').select('id').orderBy('id').execute(),
    database.selectFrom('operator_session').select('id').orderBy('id').execute(),
    database.selectFrom('key_request').select('id').orderBy('id').execute(),
    database.selectFrom('oauth_state').select('id').orderBy('id').execute(),
    database.selectFrom('oauth_session').select(['id', 'status', 'generation']).orderBy('id').execute(),
  ]);
  return { keys, browsers, operators, requests, logins, sessions };
}

// The functions below run inside the page of the other site.

function submitFrom({ url, fields }: { url: string; fields: Record<string, string> }): void {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: url });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement('input'), { name, value }));
  document.body.append(form);
  form.submit();
}

function frameIn(url: string): void {
  document.body.append(Object.assign(document.createElement('iframe'), { src: url }));
}

function followLink(url: string): void {
  const link = Object.assign(document.createElement('a'), { href: url });
  document.body.append(link);
  link.click();
}

async function readFrom(url: string): Promise<string> {
  return (await fetch(url, { credentials: 'include' })).text();
}
