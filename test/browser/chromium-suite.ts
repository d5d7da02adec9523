import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findChromium } from '../network/chromium.ts';
import { chromiumOfWorker } from '../per-worker/chromium.ts';

/** Runs a suite in its worker's Chromium, in contexts of its own. Skips it if there is none, which `npm test` reports. */
export function describeInChromium(name: string, suite: (chromium: () => Browser) => void): void {
  const path = findChromium();
  if (path === undefined) {
    describe.skip(`${name} (there is no Chromium)`, () => {
      suite(() => {
        throw new Error('there is no Chromium');
      });
    });
    return;
  }
  describe(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await chromiumOfWorker(path);
    });
    afterAll(async () => {
      for (const context of browser?.contexts() ?? []) await context.close();
    });
    suite(() => {
      if (!browser) throw new Error('Chromium has not started');
      return browser;
    });
  });
}
