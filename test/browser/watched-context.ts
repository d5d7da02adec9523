import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { TestBroker } from '../broker/test-broker.ts';

/** A browser that records errors and policy violations on the broker's pages. */
export type WatchedContext = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors, console messages, failed requests, requests to other origins, and policy violations. */
  readonly complaints: readonly string[];
};

export async function openWatched(
  browser: Browser,
  { url }: Pick<TestBroker, 'url'>,
  options: BrowserContextOptions = {},
): Promise<WatchedContext> {
  const context = await browser.newContext(options);
  const complaints: string[] = [];
  await context.exposeBinding('reportViolation', ({ page }, report: string) => {
    if (page.url().startsWith(url)) complaints.push(`policy: ${report}`);
  });
  await context.addInitScript(collectViolations);
  const page = await context.newPage();
  page.on('console', message => {
    if (message.location().url.startsWith(url)) complaints.push(message.text());
  });
  page.on('pageerror', error => {
    if (page.url().startsWith(url)) complaints.push(error.message);
  });
  page.on('response', response => {
    if (response.url().startsWith(url) && response.status() >= 400)
      complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on('request', request => {
    const isSubresource = !request.isNavigationRequest() && request.frame().url().startsWith(url);
    if (isSubresource && !request.url().startsWith(url)) complaints.push(`third party: ${request.url()}`);
  });
  return { context, page, complaints };
}

/** Gives a context the cookie of a browser session. */
export async function giveCookie(
  context: BrowserContext,
  { url }: Pick<TestBroker, 'url'>,
  value: string,
  name = 'latchkey',
): Promise<void> {
  await context.addCookies([{ name, value, url, httpOnly: true }]);
}

/** Reports policy violations, as the policy has no report address. Runs inside each page. */
function collectViolations(): void {
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    const report = (globalThis as unknown as { reportViolation: (text: string) => void }).reportViolation;
    report(`${violatedDirective} ${blockedURI}`);
  });
}
