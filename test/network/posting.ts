import type { Did } from '../../src/database/tables/did.ts';
import type { BrowserClient } from './browser-client.ts';
import { unexpected } from './user-agent.ts';

const collection = 'app.bsky.feed.post';

export type Me = { did: Did; handle: string; scope: string };

/** Returns the account that is signed in in the browser. */
export async function whoAmI(browser: BrowserClient): Promise<Me> {
  return (await bodyOf(await browser.get('/api/me'), '/api/me')) as Me;
}

/** Writes a post through the broker and returns its at:// URI. */
export async function writePost(browser: BrowserClient, did: Did, text: string): Promise<string> {
  const record = { $type: collection, text, createdAt: new Date().toISOString() };
  const path = '/xrpc/com.atproto.repo.createRecord';
  const answer = await browser.post(path, { repo: did, collection, record }, { 'x-latchkey-csrf': '1' });
  return ((await bodyOf(answer, path)) as { uri: string }).uri;
}

/** Reads a post through the broker and returns its text. */
export async function readPost(browser: BrowserClient, uri: string): Promise<string> {
  const [, , repo = '', , rkey = ''] = uri.split('/');
  const path = '/xrpc/com.atproto.repo.getRecord';
  const query = new URLSearchParams({ repo, collection, rkey });
  const answer = await browser.get(`${path}?${query.toString()}`);
  return ((await bodyOf(answer, path)) as { value: { text: string } }).value.text;
}

/** Lists the posts of an account through the broker and returns their texts, the oldest first. */
export async function readPosts(browser: BrowserClient, did: Did): Promise<string[]> {
  const path = '/xrpc/com.atproto.repo.listRecords';
  const query = new URLSearchParams({ repo: did, collection, reverse: 'true' });
  const answer = await browser.get(`${path}?${query.toString()}`);
  const { records } = (await bodyOf(answer, path)) as { records: { value: { text: string } }[] };
  return records.map(({ value }) => value.text);
}

async function bodyOf(answer: Response, asked: string): Promise<unknown> {
  if (!answer.ok) throw await unexpected(answer, asked);
  return answer.json();
}
