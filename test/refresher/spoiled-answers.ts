import type { Effect } from '../network/faults.ts';

const html = { 'content-type': 'text/html' };

const in200 = (body: string, headers: Record<string, string> = {}): Effect => {
  return { kind: 'answer', moment: 'after', status: 200, body, headers };
};

/** Effects on the answer to a refresh after which its tokens can still be read. */
export const readable: [name: string, effect: Effect][] = [
  ['says gzip and is not', { kind: 'relabel', headers: { 'content-encoding': 'gzip' } }],
  ['has a coding that nobody knows', { kind: 'relabel', headers: { 'content-encoding': 'x-latchkey' } }],
  ['says that it is HTML', { kind: 'relabel', headers: html }],
  ['is shorter than it says', { kind: 'cut', isWhole: true }],
];

/** Effects after which the tokens of a success cannot be read, although the old one was spent. */
export const unreadable: [name: string, effect: Effect][] = [
  ['is broken brotli', in200('\u0001broken', { 'content-encoding': 'br' })],
  ['ends in the middle of its length', { kind: 'cut' }],
  ['ends in the middle of its chunks', { kind: 'cut', isChunked: true }],
  ['ends in the middle of its JSON', in200('{"access_token":"a","refresh_tok')],
  ['has 10 MB', in200(' '.repeat(10 * 1024 * 1024))],
  ['is a page', in200('<h1>Welcome</h1>', html)],
];
