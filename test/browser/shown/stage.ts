import type { BrowserContext, Page } from 'playwright-core';
import type { TestBroker } from '../../broker/test-broker.ts';

/** A name that tries to inject markup. */
export const HOSTILE = '<img src=x onerror=alert(1)>';

/** The page that is open now, in a browser that is signed in as a person and as the operator. */
export type ShownPage = {
  readonly name: string;
  /** True if only some words differ from another page. Such a page is checked, but not pictured. */
  readonly alike?: true;
};

/** Opens pages, one after another, each with content. */
export type ShownPages = AsyncGenerator<ShownPage, void>;

export type Stage = {
  readonly broker: TestBroker;
  readonly context: BrowserContext;
  readonly page: Page;
};

/** Opens a path of the broker. */
export async function open({ broker, page }: Stage, path: string): Promise<void> {
  await page.goto(broker.url + path);
}

/** Sends a form of the account's page. */
export async function post(stage: Stage, path: string, fields: Record<string, string> = {}): Promise<void> {
  await open(stage, '/account/keys/new');
  await stage.page.evaluate(submitForm, { path, fields });
  await stage.page.waitForURL(`**${path}`);
}

/** Runs inside the page. */
function submitForm({ path, fields }: { path: string; fields: Record<string, string> }): void {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: path });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  document.body.append(form);
  form.submit();
}
