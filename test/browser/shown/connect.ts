import { listenForCode } from '../../../src/cli/keys/code-listener.ts';
import { accountOf } from '../../broker/test-broker.ts';
import { KeyAsker, type AskedKey } from '../../network/key-asker.ts';
import { HOSTILE, open, post, type ShownPages, type Stage } from './stage.ts';

/** The pages of another caller's key request. */
export async function* connectPages(stage: Stage): ShownPages {
  const asked = await ask(stage);
  await open(stage, `/connect/${asked.id}`);
  yield { name: 'connect' };
  await open(stage, `/connect/${asked.id}?problem=LoginCancelled`);
  yield { name: 'connect-problem', alike: true };
  await authorizeElsewhere(stage, `/connect/${asked.id}`);
  const code = await stage.page.locator('[data-claim-code]').innerText();
  yield { name: 'claim-code' };
  await open(stage, `/connect/${asked.id}`);
  yield { name: 'connect-waits' };
  await new KeyAsker(stage.broker.url).claim(asked, code);
  await open(stage, `/connect/${asked.id}/code`);
  yield { name: 'claim-code-over' };
  await open(stage, `/connect/${asked.id}`);
  yield { name: 'connect-over' };
  await open(stage, '/connect/00000000-0000-4000-8000-000000000000');
  yield { name: 'connect-nothing', alike: true };
  yield* loopbackPages(stage);
}

async function* loopbackPages(stage: Stage): ShownPages {
  const { id } = await ask(stage, 'http://127.0.0.1:4711/');
  await open(stage, `/connect/${id}`);
  yield { name: 'connect-loopback', alike: true };
  await post(stage, `/connect/${id}/deny`);
  yield { name: 'connect-denied' };
  yield* commandLinePages(stage);
}

/** The last pages of a login on the command line, which the program itself serves. */
async function* commandLinePages({ page }: Stage): ShownPages {
  const listener = await listenForCode();
  try {
    listener.receive('id', () => undefined);
    await page.goto(`${listener.url}?request=id&code=ABCD-1234`);
    yield { name: 'command-line-accepted' };
    await page.goto(`${listener.url}?request=other`);
    yield { name: 'command-line-refused' };
  } finally {
    await listener.stop();
  }
}

/** Approves a request in this browser, consents at the PDS in another one, and opens the callback in this one. */
export async function authorizeElsewhere({ broker, context, page }: Stage, path: string): Promise<void> {
  const headers = { origin: broker.url };
  const approved = await context.request.post(`${broker.url}${path}/approve`, { headers, maxRedirects: 0 });
  const atPds = new URL(approved.headers().location ?? '');
  const callback = await broker.browser().authorize(atPds, accountOf(broker, 'alice.test'));
  await page.goto(callback.href);
}

function ask({ broker }: Stage, loopback?: string): Promise<AskedKey> {
  const input = { identifier: 'alice.test', name: HOSTILE, expiresInDays: 30 };
  return new KeyAsker(broker.url).ask({ ...input, ...(loopback !== undefined && { loopback }) });
}
