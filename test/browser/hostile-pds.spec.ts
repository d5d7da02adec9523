import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { startStubPds, type StubPds } from '../xrpc/stub-pds.ts';
import { describeInChromium } from './chromium-suite.ts';
import { findMarks, openInPage, type WayToOpen, waysToOpen } from './ways-to-open.ts';

const PATH = '/xrpc/com.example.evil';
const APP = '<!doctype html><title>An application that forbids its pages nothing</title>';
/** Leaves marks in the origin in which it runs, in a page or in a worker. */
const script = "caches.open('mark'); globalThis.localStorage?.setItem('mark', '1');";
const html = `<!doctype html><script>${script}</script>`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>${script}</script></svg>`;
const hostile: readonly (readonly [Record<string, string>, string])[] = [
  [{ 'content-type': 'text/html', 'content-disposition': 'inline' }, html],
  [{ 'content-type': 'image/svg+xml' }, svg],
  [{ 'content-type': 'text/javascript', 'service-worker-allowed': '/' }, script],
];

describeInChromium('a response of a hostile PDS', chromium => {
  describeBroker(
    "at the broker's origin",
    broker => {
      let pds: StubPds;
      let unguarded: ScriptedServer;
      let context: BrowserContext;
      beforeAll(async () => {
        pds = await startStubPds(broker());
        pds.answer = (response, { request }) => {
          answerHostile(request, response);
        };
        unguarded = await startServer((request, response) => {
          if (request.url === '/app') response.setHeader('content-type', 'text/html').end(APP);
          else answerHostile(request, response);
        });
      });
      afterAll(async () => {
        await pds.stop();
        await unguarded.stop();
      });
      beforeEach(async () => {
        context = await chromium().newContext();
        const [name = '', value = ''] = pds.headers.cookie?.split('=') ?? [];
        await context.addCookies([{ name, value, url: broker().url, httpOnly: true }]);
        await context.route(`${broker().url}/app`, route =>
          route.fulfill({ contentType: 'text/html', body: APP }),
        );
        pds.received.length = 0;
      });
      afterEach(() => context.close());

      /**
       * Opens every response from a page at an origin, and each from a page of its own if that navigates away. Returns
       * the marks that they left in the origin.
       */
      const openAll = async (origin: string, way: WayToOpen): Promise<string[]> => {
        const reader = await open(`${origin}/app`);
        const openOne = async (page: Page, index: number): Promise<void> => {
          await page.evaluate(openInPage, { way, url: `${origin}${PATH}?${index}` }).catch(ignoreNavigation);
          await page.waitForTimeout(100);
        };
        const opened = hostile.map(async (_answer, index) =>
          openOne(way === 'navigation' ? await open(`${origin}/app`) : reader, index),
        );
        await Promise.all(opened);
        await reader.goto(`${origin}/app`);
        return reader.evaluate(findMarks);
      };
      const open = async (url: string): Promise<Page> => {
        const page = await context.newPage();
        await page.goto(url);
        return page;
      };

      it.each(waysToOpen)('runs no script, opened as %s', async way => {
        const cookies = await context.cookies(broker().url);
        const [guarded, elsewhere] = await Promise.all([
          openAll(broker().url, way),
          openAll(unguarded.origin, way),
        ]);
        expect(guarded).toEqual([]);
        expect(await context.cookies(broker().url)).toEqual(cookies);
        // A picture may be shown, and its scripts never run. The others run unless a policy forbids it.
        expect(pds.received).toHaveLength(way === 'img' ? hostile.length : 0);
        expect(elsewhere.length > 0).toBe(way !== 'img');
      });

      it("reaches scripts of the origin as data, and no script of the broker's own pages", async () => {
        const app = await open(`${broker().url}/app`);
        const texts = hostile.map((_answer, index) => app.evaluate(fetchText, `${PATH}?${index}`));
        expect(await Promise.all(texts)).toEqual(hostile.map(([, body]) => body));
        const own = await open(broker().url);
        await expect(own.evaluate(fetchText, PATH)).rejects.toThrow('Failed to fetch');
        expect(pds.received).toHaveLength(hostile.length);
      });
    },
    { anyDatabase: true },
  );
});

function answerHostile({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const [headers, body] = hostile[Number(url.split('?')[1])] ?? [{}, ''];
  response.writeHead(200, headers).end(body);
}

/** Runs inside the page. */
async function fetchText(path: string): Promise<string> {
  return (await fetch(path)).text();
}

/** A page that navigates away never returns the script's result. */
function ignoreNavigation(error: Error): void {
  if (!error.message.includes('navigat')) throw error;
}
