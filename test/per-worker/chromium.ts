import type { Browser } from 'playwright-core';
import { launchChromium } from '../network/chromium.ts';

let started: Promise<Browser> | undefined;

/** Returns the Chromium of this worker, and starts another if it has crashed. Suites use it in turn. */
export async function chromiumOfWorker(path: string): Promise<Browser> {
  const browser = await (started ??= launchChromium(path));
  if (browser.isConnected()) return browser;
  return (started = launchChromium(path));
}
