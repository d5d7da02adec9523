import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BrokerApi } from '../command/broker-api.ts';
import { untilAuthorized } from './key-authorization.ts';
import { KeyRequestApi } from './key-request-api.ts';

/** A response in a broker's place. */
type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

const soon = (ms: number): Date => new Date(Date.now() + ms);
const never = new AbortController().signal;
let server: Server;
/** The responses per request id, in order. The last one repeats. */
let answers: Record<string, Answer[]>;

beforeEach(async () => {
  answers = {};
  server = createServer(({ url = '', headers: { authorization } }, response) => {
    const ofRequest = answers[url.split('/').at(-1) ?? ''] ?? [];
    const [status, body, headers] = (ofRequest.length > 1 ? ofRequest.shift() : ofRequest[0]) ?? [404, {}];
    const isKnown = authorization === 'Bearer cktmp_x';
    response.writeHead(isKnown ? status : 418, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
});

function watch(id: string, expiresAt: Date, signal = never): { done: Promise<void>; reports: string[] } {
  const reports: string[] = [];
  const api = new KeyRequestApi(new BrokerApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  const request = {
    id,
    authorizeUrl: 'http://127.0.0.1/connect/id',
    tempToken: 'cktmp_x',
    scope: 'atproto',
    expiresAt,
  };
  return { done: untilAuthorized(api, request, { report: text => reports.push(text), signal }), reports };
}

it('polls a broker in trouble again, no sooner than its Retry-After', async () => {
  const authorized: Answer = [200, { status: 'authorized' }];
  answers.down = [[502, '<html>'], authorized];
  answers.busy = [[429, { error: 'TooManyRequests', message: 'Slow.' }, { 'retry-after': '3' }], authorized];
  const [down, busy] = [watch('down', soon(60_000)), watch('busy', soon(60_000))];
  await Promise.all([down.done, busy.done]);
  expect(down.reports).toEqual(["The broker doesn't answer. Trying again in 2 s"]);
  expect(busy.reports).toEqual(["The broker doesn't answer. Trying again in 3 s"]);
});

it('fails with an exit code for each kind of end', async () => {
  const over: Answer = [401, { error: 'InvalidToken', message: '' }];
  const cases: Record<string, [answer: Answer, expiresAt: Date, exitCode: number]> = {
    denied: [[200, { status: 'denied' }], soon(60_000), 3],
    expired: [[200, { status: 'expired' }], soon(60_000), 4],
    'over-early': [over, soon(60_000), 3],
    'over-in-time': [over, soon(-1), 4],
    'away-for-good': [[503, { error: 'DatabaseUnavailable', message: '' }], soon(-1), 4],
    'claimed-elsewhere': [[200, { status: 'claimed' }], soon(60_000), 1],
  };
  const found = Object.entries(cases).map(async ([id, [answer, expiresAt, exitCode]]) => {
    answers[id] = [answer];
    await expect(watch(id, expiresAt).done).rejects.toMatchObject({ name: 'CommandFailure', exitCode });
  });
  expect(await Promise.all(found)).toHaveLength(6);
});

it('rejects at once when it is interrupted', async () => {
  const interruption = new AbortController();
  const { done } = watch('any', soon(60_000), interruption.signal);
  interruption.abort();
  await expect(done).rejects.toMatchObject({ name: 'AbortError' });
});
