import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RateLimit } from '../../http/edge/rate-limit.ts';
import { DirectoryShare } from './directory-share.ts';

const url = 'https://plc.example/did:plc:one';
const spared = expect.objectContaining({ reason: 'spared', sent: false });

let status = 200;
let headers: Record<string, string> = {};
const directory = (): Promise<Response> => Promise.resolve(new Response(null, { status, headers }));

beforeEach(() => {
  jest.useFakeTimers({ now: 0, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  status = 200;
  headers = {};
});
afterEach(() => {
  jest.useRealTimers();
});

function shares(perMinute: number | 'off' = 100): {
  forLogins: typeof directory;
  forRefreshes: typeof directory;
} {
  const share = new DirectoryShare(perMinute === 'off' ? undefined : new RateLimit(perMinute));
  return {
    forLogins: () => share.forLogins(directory)(url),
    forRefreshes: () => share.forRefreshes(directory)(url),
  };
}

describe('a directory that asks for a pause', () => {
  it.each([
    ['a login', 'forLogins'],
    ['a refresh', 'forRefreshes'],
  ] as const)('is spared by logins and not by refreshes, whether it told %s', async (_, teller) => {
    const share = shares();
    status = 429;
    headers = { 'retry-after': '30' };
    expect((await share[teller]()).status).toBe(429);
    status = 200;
    await expect(share.forLogins()).rejects.toEqual(spared);
    expect((await share.forRefreshes()).status).toBe(200);
    jest.advanceTimersByTime(30_000);
    expect((await share.forLogins()).status).toBe(200);
  });

  it.each([
    ['says no time', {}, 10_000],
    ['says a date', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 10_000],
    ['says a year', { 'retry-after': '31536000' }, 300_000],
  ])('is spared for a bounded time if it %s', async (_, told, pauseMs) => {
    const share = shares();
    status = 503;
    headers = told;
    await share.forRefreshes();
    status = 200;
    jest.advanceTimersByTime(pauseMs - 1);
    await expect(share.forLogins()).rejects.toEqual(spared);
    jest.advanceTimersByTime(1);
    expect((await share.forLogins()).status).toBe(200);
  });
});

describe('the requests of logins to a directory', () => {
  it('are limited, and leave those of refreshes alone', async () => {
    const share = shares(2);
    await share.forLogins();
    await share.forLogins();
    await expect(share.forLogins()).rejects.toMatchObject({ code: 'TooManyRequests' });
    expect((await share.forRefreshes()).status).toBe(200);
  });

  it('have no limit if the operator switched that of logins off', async () => {
    const share = shares('off');
    for (let login = 0; login < 1000; login++) expect((await share.forLogins()).status).toBe(200);
  });
});
