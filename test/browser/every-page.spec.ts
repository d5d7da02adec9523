import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeInChromium } from './chromium-suite.ts';
import { RenderedParts } from './rendered-parts.ts';
import { EVERY_KIND_OF_PERMISSION, pagesOfLittle, shownPages } from './shown/pages.ts';
import { HOSTILE, type ShownPage, type ShownPages } from './shown/stage.ts';
import { openWatched, type WatchedContext } from './watched-context.ts';

/** With SCREENSHOTS=1 pictures of the pages go here, which doubles the time. Git ignores the folder. */
const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url));
const isPictured = process.env.SCREENSHOTS === '1';

const schemes = ['light', 'dark'] as const;
const widths = [320, 768, 1280];

describeInChromium('every page', chromium => {
  describeBroker(
    'of the broker',
    broker => {
      const parts = new RenderedParts();
      let context: BrowserContext;
      let page: Page;
      let complaints: readonly string[];
      /** Dialogs that an injected script opened. */
      const dialogs: string[] = [];
      beforeAll(async () => {
        await parts.watch();
        ({ context, page, complaints } = await openForChecks(chromium(), broker()));
        page.on('dialog', dialog => {
          dialogs.push(dialog.message());
          void dialog.dismiss();
        });
      });
      afterAll(() => context.close());

      it('passes axe-core in both themes, and fits every screen from 320 pixels on', async () => {
        const pages = shownPages({ broker: broker(), context, page });
        const looked = await lookAtEach(page, pages);
        expect(looked.problems).toEqual({});
        expect(looked.hostileNames).toBeGreaterThan(2);
      }, 300_000);

      it('was checked, with each of its components', async () => {
        expect(await parts.unseen()).toEqual([]);
      });

      it("has no error, and shows strangers' names as text", () => {
        expect(dialogs).toEqual([]);
        expect(
          complaints.filter(
            text => !/^(403|404|405|409|410|503) |status of (403|404|405|409|410|503)/.test(text),
          ),
        ).toEqual([]);
      });

      it('shows the facts of every key in the same columns, and few of them on a phone', async () => {
        await page.goto(`${broker().url}/account`);
        await page.setViewportSize({ width: 1280, height: 800 });
        const columns = await page.locator('.key-rows .facts').evaluateAll(findColumns);
        expect(columns.length).toBeGreaterThan(2);
        expect(new Set(columns)).toEqual(new Set([columns[0]]));
        await page.setViewportSize({ width: 390, height: 800 });
        const heights = await page
          .locator('#keys > .rows > li:not(:has(.key-hint))')
          .evaluateAll(findHeights);
        for (const height of heights) expect(height).toBeLessThan(160);
      });

      it('moves nothing if the reader prefers reduced motion', async () => {
        await page.goto(`${broker().url}/account`);
        const seconds: string[] = [];
        for (const reducedMotion of ['no-preference', 'reduce'] as const) {
          await page.emulateMedia({ reducedMotion });
          const button = page.locator('button').first();
          seconds.push(await button.evaluate(element => getComputedStyle(element).transitionDuration));
        }
        expect(seconds).toEqual([expect.stringContaining('0.12s'), '0s']);
      });
    },
    {
      anyDatabase: true,
      settings: {
        LATCHKEY_SCOPE: EVERY_KIND_OF_PERMISSION,
        LATCHKEY_ALLOWED_ORIGINS: 'https://app.example',
        LATCHKEY_LOGO_URI: 'https://latchkey.example/logo.png',
        LATCHKEY_TOS_URI: 'https://latchkey.example/terms',
        LATCHKEY_POLICY_URI: 'https://latchkey.example/privacy',
      },
    },
  );

  describeBroker(
    'of a broker with most features off',
    broker => {
      it('passes the same checks', async () => {
        const { context, page } = await openForChecks(chromium(), broker());
        try {
          const looked = await lookAtEach(page, pagesOfLittle({ broker: broker(), context, page }));
          expect(looked.problems).toEqual({});
        } finally {
          await context.close();
        }
      });
    },
    { anyDatabase: true, settings: { LATCHKEY_ADMIN_TOKEN: undefined, LATCHKEY_KEY_REQUESTS: 'off' } },
  );
});

async function openForChecks(browser: Browser, broker: TestBroker): Promise<WatchedContext> {
  if (isPictured) await mkdir(screenshots, { recursive: true });
  // axe-core is no part of the pages, so it bypasses their policy.
  // Without motion, because axe-core would measure colours in the middle of a transition.
  const watched = await openWatched(browser, broker, { bypassCSP: true, reducedMotion: 'reduce' });
  await watched.context.addInitScript({ content: axe.source });
  return watched;
}

type Looked = {
  /** Problems by page name. */
  readonly problems: Readonly<Record<string, readonly string[]>>;
  /** Number of pages that show the hostile text. */
  readonly hostileNames: number;
};

async function lookAtEach(page: Page, pages: ShownPages): Promise<Looked> {
  const problems: Record<string, string[]> = {};
  let hostileNames = 0;
  for await (const shown of pages) {
    const found = await look(page, shown);
    if (found.length > 0) problems[shown.name] = found;
    if ((await page.locator('body').innerText()).includes(HOSTILE)) hostileNames += 1;
  }
  return { problems, hostileNames };
}

/** Checks a page in every width and theme. Returns its problems. */
async function look(page: Page, { name, alike }: ShownPage): Promise<string[]> {
  const problems: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    problems.push(...(await page.evaluate(findMisfits, width)));
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      if (width === widths.at(-1)) problems.push(...(await violationsIn(page, colorScheme)));
      const path = `${screenshots}${name}-${colorScheme}-${width}.jpeg`;
      if (isPictured && !alike)
        await page.screenshot({ path, fullPage: true, quality: 85, caret: 'initial' });
    }
  }
  return problems;
}

async function violationsIn(page: Page, scheme: string): Promise<string[]> {
  return (await page.evaluate(findViolations)).map(text => `${scheme}: ${text}`);
}

/** Returns the violated rules of axe-core. Runs inside the page. */
async function findViolations(): Promise<string[]> {
  const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
  // `preload` would fetch the stylesheet again.
  const { violations } = await run({ resultTypes: ['violations'], preload: false });
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
}

/** Finds overflow, targets too small for a finger (WCAG 2.2, 2.5.5) and injected markup. Runs inside the page. */
function findMisfits(width: number): string[] {
  const misfits = document.documentElement.scrollWidth > width ? [`does not fit ${width} pixels`] : [];
  for (const target of document.querySelectorAll('button, select, .button, input:not([type=hidden])')) {
    const { height, width: across } = (target.closest('.choice') ?? target).getBoundingClientRect();
    if (across > 0 && height < 44) misfits.push(`too low at ${width}: ${target.outerHTML.slice(0, 120)}`);
  }
  if (document.querySelector('img[src="x"], img[onerror]')) misfits.push('a picture of a stranger');
  return misfits;
}

/** Returns the left edges of each row's facts. Runs inside the page. */
function findColumns(rows: Element[]): string[] {
  return rows
    .filter(row => row.clientHeight > 0)
    .map(row => [...row.children].map(fact => fact.getBoundingClientRect().left).join(' '));
}

/** Returns the heights of rows. Runs inside the page. */
function findHeights(rows: Element[]): number[] {
  return rows.map(row => row.getBoundingClientRect().height);
}
