import { afterEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { contrastOf } from './contrast.ts';
import { describeInChromium } from './chromium-suite.ts';

const schemes = ['light', 'dark'] as const;

/** Pages for who is signed in, by what the suite calls them. */
const signedIn: Readonly<Record<string, string>> = {
  'signed in': '/?problem=InvalidIdentifier&identifier=a',
  'asked again': '/?identifier=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa&prompt=consent',
};

describeInChromium('what a person sees', chromium => {
  describeBroker(
    'of the sign-in page',
    broker => {
      let context: BrowserContext | undefined;
      afterEach(() => context?.close());

      const open = async (
        path: string,
        options: { colorScheme?: 'light' | 'dark'; width?: number },
      ): Promise<Page> => {
        const { colorScheme = 'light', width = 1280 } = options;
        context = await chromium().newContext({ colorScheme, viewport: { width, height: 800 } });
        const cookie = await storeCookie(broker(), await storeSession(broker(), broker().network.pds));
        if (signedIn[path])
          await context.addCookies([{ name: 'latchkey', value: cookie, url: broker().url }]);
        const page = await context.newPage();
        await page.goto(broker().url + (signedIn[path] ?? path));
        return page;
      };

      it.each(
        schemes.flatMap(scheme =>
          ['/?problem=InvalidIdentifier', ...Object.keys(signedIn)].map(path => [scheme, path] as const),
        ),
      )('reads well in %s colours: %s', async (colorScheme, path) => {
        const page = await open(path, { colorScheme });
        const texts = await page.locator('h1, p, label, button, strong, summary').all();
        expect(texts.length).toBeGreaterThan(5);
        for (const text of texts) {
          const contrast = await text.evaluate(contrastOf);
          expect([await text.innerText(), contrast]).toEqual([expect.any(String), expect.any(Number)]);
          expect(contrast).toBeGreaterThanOrEqual(4.5);
        }
      });

      it.each(['/', '/?problem=AccountUnreachable&identifier=a', ...Object.keys(signedIn)])(
        'fits a narrow screen, with targets that a finger can hit: %s',
        async path => {
          const page = await open(path, { width: 320 });
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
          for (const target of await page.locator('button, input:not([type=hidden])').all()) {
            expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
          }
        },
      );

      it('shows where the keyboard is, from the field to the button', async () => {
        const page = await open('/', {});
        for (const name of ['INPUT', 'BUTTON']) {
          await page.keyboard.press('Tab');
          const focused = page.locator(':focus-visible');
          expect(await focused.evaluate(element => element.tagName)).toBe(name);
          expect(await focused.evaluate(element => getComputedStyle(element).outlineStyle)).toBe('solid');
        }
      });

      it('has one heading, a language, a title and a label for its field', async () => {
        const page = await open('/', {});
        expect(await page.locator('h1').count()).toBe(1);
        expect([await page.getAttribute('html', 'lang'), await page.title()]).toEqual([
          'en',
          'Sign in · Latchkey',
        ]);
        expect(await page.getByRole('textbox', { name: 'Your handle' }).count()).toBe(1);
        expect(await page.locator('script').count()).toBe(0);
      });
    },
    { anyDatabase: true },
  );
});
