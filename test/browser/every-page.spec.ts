import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeInChromium } from './chromium-suite.ts';
import { prepareShownPages, type ShownPage } from './shown-pages.ts';
import { openWatched } from './watched-context.ts';

/** For whoever wants to look at the pages; git ignores it. */
const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url));

const schemes = ['light', 'dark'] as const;
const widths = [320, 768, 1280];

describeInChromium('every page', chromium => {
  describeBroker(
    'of the broker',
    broker => {
      let context: BrowserContext;
      let page: Page;
      let complaints: readonly string[];
      let pages: readonly ShownPage[];
      beforeAll(async () => {
        await mkdir(screenshots, { recursive: true });
        // The checks of axe-core are no part of the pages, so their policy has nothing to say to it.
        // Nothing moves while a theme takes the other's place, or colours would be measured on their way.
        const options = { bypassCSP: true, reducedMotion: 'reduce' } as const;
        ({ context, page, complaints } = await openWatched(chromium(), broker(), options));
        pages = [...signedOutPages(broker()), ...(await prepareShownPages(broker(), context))];
      });
      afterAll(() => context.close());

      it('can be used by everybody, in both themes, and fits every screen from 320 pixels on', async () => {
        const found: Record<string, unknown> = {};
        for (const shown of pages) {
          const problems = await look(page, shown);
          if (problems.length > 0) found[shown.name] = problems;
        }
        expect(found).toEqual({});
      }, 180_000);

      it('is one of the pages with words of their own, and none has an error', () => {
        expect(pages.length).toBeGreaterThan(18);
        expect(complaints.filter(text => !/^(404|410) |status of (404|410)/.test(text))).toEqual([]);
      });

      it('moves nothing for who wants no motion', async () => {
        await page.goto(`${broker().url}/account`);
        const seconds: string[] = [];
        for (const reducedMotion of ['no-preference', 'reduce'] as const) {
          await page.emulateMedia({ reducedMotion });
          const button = page.locator('button').first();
          seconds.push(await button.evaluate(element => getComputedStyle(element).transitionDuration));
        }
        expect(seconds).toEqual([expect.stringContaining('0.12s'), '0s']);
      });

      it('shows where the keyboard is, on every thing that it reaches', async () => {
        for (const path of ['/account', '/account/keys/new', '/admin/sessions']) {
          await page.goto(broker().url + path);
          const count = await page.locator('main :is(a, button, input:not([type=hidden]), select)').count();
          expect(count).toBeGreaterThan(3);
          for (let step = 0; step < Math.min(count, 12); step++) {
            await page.keyboard.press('Tab');
            const focused = page.locator(':focus-visible');
            expect(await focused.count()).toBe(1);
            const outline = await focused.evaluate(element => getComputedStyle(element).outlineStyle);
            expect(outline).toBe('solid');
          }
        }
      });
    },
    { anyDatabase: true },
  );
});

function signedOutPages({ url }: TestBroker): ShownPage[] {
  const open = (path: string) => async (page: Page) => {
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    await page.goto(url + path);
    await page.context().addCookies(cookies);
  };
  return [
    { name: 'sign-in', open: open('/') },
    {
      name: 'sign-in-problem',
      open: open('/?problem=AccountUnreachable&identifier=nobody.test'),
      alike: true,
    },
    { name: 'admin-sign-in', open: open('/admin?problem=InvalidToken') },
  ];
}

/** Looks at a page in every theme and width; answers what is wrong with it. */
async function look(page: Page, { name, open, alike }: ShownPage): Promise<string[]> {
  await open(page);
  await page.evaluate(axe.source);
  const problems: string[] = [];
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    problems.push(...(await violationsOf(page, colorScheme)).map(text => `${colorScheme}: ${text}`));
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      problems.push(...(await page.evaluate(findMisfits, width)));
      const path = `${screenshots}${name}-${colorScheme}-${width}.jpeg`;
      if (!alike) await page.screenshot({ path, fullPage: true, quality: 85 });
    }
  }
  return problems;
}

/** A theme is colours: the other rules are asked about in one of them. */
async function violationsOf(page: Page, scheme: (typeof schemes)[number]): Promise<string[]> {
  const rules = scheme === 'light' ? {} : { runOnly: ['color-contrast'] };
  const { violations } = await page.evaluate(
    options => (globalThis as unknown as { axe: typeof axe }).axe.run(options),
    { resultTypes: ['violations' as const], ...rules },
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
}

/** Runs inside of the page: what does not fit its width, and what no finger can hit (WCAG 2.2, 2.5.5). */
function findMisfits(width: number): string[] {
  const misfits = document.documentElement.scrollWidth > width ? [`does not fit ${width} pixels`] : [];
  for (const target of document.querySelectorAll('button, select, .button, input:not([type=hidden])')) {
    const { height, width: across } = (target.closest('.choice') ?? target).getBoundingClientRect();
    if (across > 0 && height < 44) misfits.push(`too low at ${width}: ${target.outerHTML.slice(0, 120)}`);
  }
  return misfits;
}
