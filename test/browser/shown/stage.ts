import type { BrowserContext, Page } from 'playwright-core';
import type { TestBroker } from '../../broker/test-broker.ts';

/** What somebody says who wants to be taken for something else. */
export const HOSTILE = '<img src=x onerror=alert(1)>';

/** A page of the broker that is open now, in a browser that is signed in as a person and as the operator. */
export type ShownPage = {
  readonly name: string;
  /** Whether it looks like another one but for some words: it is checked, and no picture is taken of it. */
  readonly alike?: true;
};

/** Opens pages, one after the other, each with something on it. */
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

/** Runs inside of the page. */
function submitForm({ path, fields }: { path: string; fields: Record<string, string> }): void {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: path });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  document.body.append(form);
  form.submit();
}
