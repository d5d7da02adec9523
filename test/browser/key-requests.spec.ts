import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page, Response as Answer } from 'playwright-core';
import { listenForCode } from '../../src/cli/keys/code-listener.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { type AskedKey, approveKey, KeyAsker } from '../network/key-asker.ts';
import { sayYesByKeyboard } from './at-pds.ts';
import { describeInChromium } from './chromium-suite.ts';
import { Keyboard } from './keyboard.ts';
import { asId } from '../ids.ts';

const EVIL = '<!doctype html><title>A page of another site</title>';

describeInChromium('an owner in Chromium with a key request', chromium => {
  describeBroker(
    'on its page',
    broker => {
      let context: BrowserContext;
      let page: Page;
      let asker: KeyAsker;
      let complaints: string[];
      beforeEach(async () => {
        asker = new KeyAsker(broker().url);
        context = await chromium().newContext();
        page = await context.newPage();
        complaints = [];
        page.on('console', message => complaints.push(message.text()));
      });
      afterEach(() => context.close());

      const approve = async (asked: AskedKey): Promise<void> => {
        await page.goto(asked.authorizeUrl);
        await new Keyboard(page).enter('Approve');
        await sayYesByKeyboard(page, broker(), accountOf(broker(), 'alice.test'));
      };

      it('reads when a key needs them that has no end, at a broker whose sessions live for two weeks', async () => {
        const asked = await asker.ask({ identifier: 'alice.test', name: 'bot' });
        await page.goto(asked.authorizeUrl);
        expect(await page.locator('[data-key-life]').innerText()).toBe('you revoke the key');
        const day = await page.locator('[data-needs-owner] time').getAttribute('datetime');
        const days = (new Date(day ?? '').getTime() - Date.now()) / (24 * 60 * 60_000);
        expect(days).toBeGreaterThan(13.9);
        expect(days).toBeLessThan(14.1);
        await page.goto('about:blank');
      });

      it('reads who asks for what, approves, authorizes, and sees the code, also after a reload', async () => {
        const asked = await asker.ask({ identifier: 'alice.test', name: '<i>bot</i>', expiresInDays: 1 });
        await page.goto(asked.authorizeUrl);
        expect(await page.locator('[data-asker]').innerText()).toBe('“<i>bot</i>”');
        expect(await page.locator('[data-handle]').innerText()).toBe('alice.test');
        expect(await page.locator('[data-key-life]').innerText()).toMatch(/^1 day after/);
        expect(await page.locator('[data-needs-owner]').count()).toBe(0);
        expect(await page.locator('[data-caution]').innerText()).toMatch(
          /only if you asked for this yourself/,
        );
        expect(complaints).toEqual([]);
        await approve(asked);
        const code = await page.locator('[data-claim-code]').innerText();
        expect((await context.cookies(broker().url)).map(({ name }) => name)).not.toContain('latchkey');
        await page.reload();
        expect(await page.locator('[data-claim-code]').innerText()).toBe(code);
        expect(await asker.claim(asked, code)).toMatchObject({ name: '<i>bot</i>' });
      });

      it("is redirected to the requester's loopback address, which alone gets the code", async () => {
        const seen: { url: string | undefined; referer: string | undefined }[] = [];
        const listener = await startServer((request, response) => {
          if (request.url?.startsWith('/done'))
            seen.push({ url: request.url, referer: request.headers.referer });
          response.setHeader('content-type', 'text/html').end('done');
        });
        try {
          const asked = await asker.ask({ identifier: 'alice.test', loopback: `${listener.origin}/done` });
          await approve(asked);
          await page.waitForURL(url => url.origin === listener.origin);
          const query = new URL(seen[0]?.url ?? '', listener.origin).searchParams;
          expect([query.get('request'), seen[0]?.referer]).toEqual([asked.id, undefined]);
          await asker.claim(asked, query.get('code') ?? '');
        } finally {
          await listener.stop();
        }
      });

      it('sees at the end of a login on the command line a page like the others', async () => {
        const listener = await listenForCode();
        try {
          const asked = await asker.ask({ identifier: 'alice.test', loopback: listener.url });
          const code = new Promise<string>(resolve => {
            listener.receive(asked.id, resolve);
          });
          await approve(asked);
          await asker.claim(asked, await code);
          expect(await page.getByRole('status').innerText()).toMatch(/has reached the program/);
          // Its policy allows its own style.
          const layout = await page.locator('main').evaluate(main => getComputedStyle(main).display);
          expect([layout, complaints.filter(text => text.includes('Content'))]).toEqual(['grid', []]);
        } finally {
          await listener.stop();
        }
      });

      it('denies it, and the link stops working', async () => {
        const asked = await asker.ask({ identifier: 'alice.test' });
        await page.goto(asked.authorizeUrl);
        await new Keyboard(page).enter('Deny');
        await page.getByRole('heading', { name: 'You denied it' }).waitFor();
        expect((await page.goto(asked.authorizeUrl))?.status()).toBe(410);
        expect(await page.getByRole('status').innerText()).toMatch(/was denied/);
        expect(await page.getByRole('alert').count()).toBe(0);
      });
    },
    { anyDatabase: true },
  );

  describeBroker(
    'on a page of another site that wants the key',
    broker => {
      let evil: ScriptedServer;
      let context: BrowserContext;
      let page: Page;
      let asked: AskedKey;
      beforeAll(async () => {
        evil = await startServer((_request, response) =>
          response.setHeader('content-type', 'text/html').end(EVIL),
        );
        context = await chromium().newContext();
        page = await context.newPage();
      });
      afterAll(async () => {
        await context.close();
        await evil.stop();
      });
      beforeEach(async () => {
        asked = await new KeyAsker(broker().url).ask({ identifier: 'alice.test' });
        await context.clearCookies();
        // The visitor has a login binding and a session that an attack could use.
        await page.goto(asked.authorizeUrl);
      });

      // The same site on another port, which gets cookies, and another site altogether.
      const origins = ['127.0.0.1', 'localhost'];
      /** Submits a form from the open page, and follows it. */
      const submit = async (url: string, fields: Record<string, string>): Promise<Answer> => {
        const answered = page.waitForResponse(answer => answer.url() === url);
        await page.evaluate(submitFrom, { url, fields });
        await page.waitForURL(url);
        return answered;
      };
      const open = async (host: string): Promise<void> => {
        await page.goto(evil.origin.replace('127.0.0.1', host));
      };

      it.each(origins)('makes no request by a script or form from %s', async host => {
        const before = await countRequests(broker());
        await open(host);
        const url = `${broker().url}/api/key-requests`;
        const input = { identifier: 'alice.test', name: 'a bot', scope: 'atproto' };
        for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded'])
          await expect(page.evaluate(postFrom, { url, type, input })).rejects.toThrow('Failed to fetch');
        await submit(url, input);
        expect(await page.content()).toContain('CrossSiteRequest');
        expect(await countRequests(broker())).toBe(before);
      });

      it.each(origins)('approves and denies nothing by a form from %s', async host => {
        for (const path of ['approve', 'deny']) {
          await open(host);
          const url = `${asked.authorizeUrl}/${path}`;
          expect((await submit(url, {})).status()).toBe(403);
          expect(await page.getByRole('alert').innerText()).toMatch(/Another site tried/);
        }
        await expectUntouched();
      });

      it.each(origins)('approves nothing by a script or a link from %s, or by GET', async host => {
        await open(host);
        const url = `${asked.authorizeUrl}/approve`;
        // The request is sent and refused, and the page cannot read even that.
        await expect(page.evaluate(postBlindly, url)).rejects.toThrow('Failed to fetch');
        expect((await page.goto(url, { referer: evil.origin }))?.status()).toBe(405);
        await expectUntouched();
      });

      it.each(origins)('clicks no button in a frame from %s', async host => {
        await open(host);
        await page.evaluate(frameIn, asked.authorizeUrl);
        await page.waitForTimeout(300);
        const [, frame] = page.frames();
        expect(await frame?.locator('button').count()).toBe(0);
        expect(frame?.url()).toMatch(/^chrome-error:/);
      });

      it("cannot be made to finish the other site's authorization", async () => {
        const attacker = broker().browser();
        const alice = accountOf(broker(), 'alice.test');
        const callback = await attacker.authorize(await approveKey(attacker, asked), alice);
        await page.goto(callback.href);
        expect(await page.getByRole('alert').innerText()).toMatch(/another browser/);
        expect(await page.locator('[data-claim-code]').count()).toBe(0);
        const names = (await context.cookies(broker().url)).map(({ name }) => name);
        expect(names).not.toContain('latchkey');
        const { status, session_id } = await rowOf(broker(), asked.id);
        expect([status, session_id]).toEqual(['pending', null]);
      });

      const expectUntouched = async (): Promise<void> => {
        expect((await rowOf(broker(), asked.id)).status).toBe('pending');
        const states = broker()
          .database.selectFrom('oauth_state')
          .select('id')
          .where('target', '=', asked.id);
        expect(await states.execute()).toEqual([]);
      };
    },
    { anyDatabase: true },
  );
});

function rowOf({ database }: TestBroker, id: string) {
  return database.selectFrom('key_request').selectAll().where('id', '=', asId(id)).executeTakeFirstOrThrow();
}

async function countRequests({ database }: TestBroker): Promise<number> {
  return (await database.selectFrom('key_request').select('id').execute()).length;
}

// The functions below run inside the page of the other site.

async function postFrom({ url, type, input }: { url: string; type: string; input: object }): Promise<string> {
  const headers = { 'content-type': type };
  const answer = await fetch(url, {
    method: 'POST',
    credentials: 'include',
    headers,
    body: JSON.stringify(input),
  });
  return answer.text();
}

async function postBlindly(url: string): Promise<void> {
  await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' });
}

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
