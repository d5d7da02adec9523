import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { type Browser, chromium } from 'playwright-core';

// The shell first: it draws no window, and takes half of the processor time.
const paths = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

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
 * Returns the path of Debian's Chromium or of its headless shell, or undefined if neither is installed.
 *
 * Throws instead if REQUIRE_CHROMIUM=1 is set.
 */
export function findChromium(): string | undefined {
  const path = paths.find(existsSync);
  if (path !== undefined) return path;
  if (process.env.REQUIRE_CHROMIUM === '1')
    throw new Error(
      `REQUIRE_CHROMIUM is set, but there is none of ${paths.join(', ')}: install the package chromium`,
    );
  return undefined;
}

/**
 * Starts a Chromium without background traffic, which this process does not wait for: it ends with this process, by
 * Playwright's handler or because its pipe closes.
 */
export async function launchChromium(executablePath: string): Promise<Browser> {
  const children: ChildProcess[] = [];
  const note = (message: unknown): void => {
    children.push((message as { process: ChildProcess }).process);
  };
  subscribe('child_process', note);
  try {
    return await chromium.launch({ executablePath, args: flags });
  } finally {
    unsubscribe('child_process', note);
    for (const child of children) unref(child);
  }
}

function unref(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) if (stream instanceof Socket) stream.unref();
}
