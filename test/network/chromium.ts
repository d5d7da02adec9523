import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const path = '/usr/bin/chromium';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The path of Debian's Chromium, or undefined when it is not installed.
 *
 * Throws in place of undefined when the environment says REQUIRE_CHROMIUM=1.
 */
export function findChromium(): string | undefined {
  if (existsSync(path)) return path;
  if (process.env.REQUIRE_CHROMIUM === '1')
    throw new Error(`REQUIRE_CHROMIUM is set, but there is no ${path}: install the package chromium`);
  return undefined;
}

/** Starts a Chromium that talks to nobody but the pages it opens. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags });
}
