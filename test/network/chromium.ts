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
 * Returns the path of Debian's Chromium, or undefined if it is not installed.
 *
 * Throws instead if REQUIRE_CHROMIUM=1 is set.
 */
export function findChromium(): string | undefined {
  if (existsSync(path)) return path;
  if (process.env.REQUIRE_CHROMIUM === '1')
    throw new Error(`REQUIRE_CHROMIUM is set, but there is no ${path}: install the package chromium`);
  return undefined;
}

/** Starts a Chromium without background traffic. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags });
}
