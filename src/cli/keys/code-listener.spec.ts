import { request } from 'node:http';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type CodeListener, listenForCode } from './code-listener.ts';

const ID = '0b6c6e0e-8d9f-4f43-a0c4-3a5b7f6d9c11';
let listener: CodeListener;
let codes: string[];

beforeEach(async () => {
  codes = [];
  listener = await listenForCode();
});
afterEach(() => listener.stop());

function receive(): void {
  listener.receive(ID, code => codes.push(code));
}

function callback(query: Record<string, string>): URL {
  return Object.assign(new URL(listener.url), { search: new URLSearchParams(query).toString() });
}

it('listens on this machine alone, at a random path', () => {
  expect(listener.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/);
});

it('accepts the code of its own request, and shows a page without the code', async () => {
  receive();
  const answer = await fetch(callback({ request: ID, code: 'ABCD-1234' }));
  expect([answer.status, await answer.text()]).toEqual([200, expect.not.stringContaining('ABCD')]);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/,
    ),
  });
  expect(codes).toEqual(['ABCD-1234']);
});

it.each<[string, (to: URL) => URL, RequestInit]>([
  ['another path', to => Object.assign(to, { pathname: '/' }), {}],
  ['a longer path', to => Object.assign(to, { pathname: `${to.pathname}/` }), {}],
  ['another request', to => callbackWith(to, 'request', 'another'), {}],
  ['no code', to => callbackWith(to, 'code', ''), {}],
  ['an overlong code', to => callbackWith(to, 'code', 'A'.repeat(101)), {}],
  ['another method', to => to, { method: 'POST' }],
])('refuses %s', async (_, change, init) => {
  receive();
  expect((await fetch(change(callback({ request: ID, code: 'ABCD-1234' })), init)).status).toBe(404);
  expect(codes).toEqual([]);
});

it('refuses every code before it knows its request', async () => {
  expect((await fetch(callback({ request: ID, code: 'ABCD-1234' }))).status).toBe(404);
});

it('stops while a browser keeps a connection open', async () => {
  receive();
  const { port } = new URL(listener.url);
  const idle = request({ host: '127.0.0.1', port, agent: false }).on('error', () => undefined);
  idle.flushHeaders();
  await listener.stop();
  await expect(fetch(callback({ request: ID, code: 'ABCD-1234' }))).rejects.toThrow();
  listener = await listenForCode();
});

function callbackWith(to: URL, name: string, value: string): URL {
  to.searchParams.set(name, value);
  return to;
}
