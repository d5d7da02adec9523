import { AtpAgent } from '@atproto/api';
import type { BrowserClient } from './browser-client.ts';
import { exchange } from './http-exchange.ts';
import { type ClaimedKey, obtainKey } from './key-asker.ts';
import type { Account } from './network-control.ts';
import type { Sandbox } from './start-sandbox.ts';
import type { Story } from './story.ts';
import { unexpected } from './user-agent.ts';

type Teller = { readonly story: Story; readonly browser: BrowserClient; readonly alice: Account };

/** Tells how a key is made, used by a program for app passwords, refreshed beneath it, and replaced. */
export async function tellKey({ story, browser, alice }: Teller, sandbox: Sandbox): Promise<void> {
  const key = await story.step(
    'Make a key for her bot, which she approves here and at her PDS',
    () => obtainKey(browser, alice, { name: 'Weather bot', scope: 'atproto repo:app.bsky.feed.post' }),
    ({ start }) => `${start}…, shown once; it may post and nothing else`,
  );
  const bot = new AtpAgent({ service: sandbox.broker });
  await story.step(
    'Let in a bot that knows nothing of Latchkey: AtpAgent.login()',
    () => logInAndPost(bot, alice, key),
    () => 'its app password is the key, and it writes a post',
  );
  await story.step(
    'Refresh the tokens behind the key at the PDS, while the bot works',
    async () => {
      await refreshKeySession(sandbox, alice);
      await bot.post({ text: 'Still raining.' });
    },
    () => 'the old tokens are spent, and the bot writes on without noticing',
  );
  await story.step(
    'Replace the key, because it may have leaked',
    async () => {
      const next = await rotate(browser, key);
      await requireRefused(new AtpAgent({ service: sandbox.broker }), alice, key);
      await logInAndPost(bot, alice, next);
    },
    () => 'the old one is refused, and the new one writes',
  );
}

async function logInAndPost(bot: AtpAgent, alice: Account, { secret }: ClaimedKey): Promise<void> {
  await bot.login({ identifier: alice.handle, password: secret });
  await bot.post({ text: 'It rains.' });
}

async function requireRefused(bot: AtpAgent, alice: Account, { secret }: ClaimedKey): Promise<void> {
  const isRefused = await bot.login({ identifier: alice.handle, password: secret }).then(
    () => false,
    () => true,
  );
  if (!isRefused) throw new Error('the old key still works');
}

async function refreshKeySession({ broker, adminToken }: Sandbox, { did }: Account): Promise<void> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const list = await exchange(new URL('/api/sessions', broker), { headers });
  const { sessions } = (await list.json()) as { sessions: { id: string; did: string; purpose: string }[] };
  const session = sessions.find(listed => listed.did === did && listed.purpose === 'api_key');
  const path = `/api/sessions/${session?.id ?? ''}/refresh`;
  const answer = await exchange(new URL(path, broker), { method: 'POST', headers });
  const { kind } = (await answer.clone().json()) as { kind?: string };
  if (kind !== 'refreshed') throw await unexpected(answer, path);
}

async function rotate(browser: BrowserClient, { id }: ClaimedKey): Promise<ClaimedKey> {
  const path = `/api/keys/${id}/rotate`;
  const answer = await browser.post(path, { graceSeconds: 0 }, { 'x-latchkey-csrf': '1' });
  if (!answer.ok) throw await unexpected(answer, path);
  return (await answer.json()) as ClaimedKey;
}
