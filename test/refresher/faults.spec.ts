import { readdir } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { SpoolDisk } from '../../src/single-use/spool/spool-disk.service.ts';
import type { Effect } from '../network/faults.ts';
import { describeFaults, type FaultyPlace, ROUNDS } from './describe-faults.ts';
import { readable, unreadable } from './spoiled-answers.ts';
import type { TestSession } from './test-session.ts';

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };

const newNonce = refusal(400, 'use_dpop_nonce', { 'dpop-nonce': 'not-a-nonce-of-this-issuer' });

/** The effects on the requests of one refresh, in order. */
type Case = [name: string, effects: Effect | Effect[]];

/** Faults that only delay a refresh. */
const harmless: Case[] = [
  ['the request is delayed', { kind: 'delay', moment: 'before', milliseconds: 100 }],
  ['the answer is delayed', { kind: 'delay', moment: 'after', milliseconds: 100 }],
  ['the request arrives twice', { kind: 'twice' }],
  ['a new nonce is asked for', newNonce],
];

/** Errors that the issuer returns before it reads the token. */
const refused: Case[] = [
  ['429 with Retry-After', answer('before', 429, '', { 'retry-after': '7' })],
  ['invalid_client', refusal(401, 'invalid_client')],
  ['invalid_dpop_proof', refusal(400, 'invalid_dpop_proof')],
  ['an invalid_grant that is not about the token', refusal(400, 'invalid_grant')],
  ['an issuer that asks for a new nonce each time', [newNonce, newNonce, newNonce]],
];

/** Responses that end the request, and the least and the most seconds until the token is sent again. */
const answered: [name: string, effect: Effect, pause: [least: number, most: number]][] = [
  ['500', answer('before', 500), [2, 4]],
  ['503 of a proxy', answer('before', 503, '<h1>Unavailable</h1>', html), [2, 4]],
  ['503 with Retry-After', answer('before', 503, '', { 'retry-after': '7' }), [7, 7]],
];

/** The same after the token was spent. */
const answeredTooLate: Case[] = [
  ['500 after the commit', answer('after', 500)],
  ['503 after the commit', answer('after', 503)],
];

/** Faults that hide that the token was not spent. */
const doubtful: Case[] = [
  ['502', answer('before', 502)],
  ['504', answer('before', 504)],
  ['408', answer('before', 408)],
  ['404 of a misconfigured proxy', answer('before', 404, '<h1>Not Found</h1>', html)],
  ['405 of a misconfigured proxy', answer('before', 405)],
  ['421 of a misconfigured proxy', answer('before', 421)],
  ['a redirect', answer('before', 302, '', { location: 'https://elsewhere.example/' })],
  ['the connection is reset', { kind: 'reset', moment: 'before' }],
  ['HTML with 200', answer('before', 200, '<h1>Welcome</h1>', html)],
  ['JSON with 200 that is no token set', answer('before', 200, '{}', json)],
];

/** Faults that lose the response after the token was spent. */
const lost: Case[] = [
  ['502 after the commit', answer('after', 502)],
  ['408 after the commit', answer('after', 408)],
  ['the connection is reset after the commit', { kind: 'reset', moment: 'after' }],
  ['HTML with 200 after the commit', answer('after', 200, '<h1>Welcome</h1>', html)],
  ['the answer is cut', { kind: 'cut' }],
];

describeFaults('a refresh', place => {
  suite(place, ROUNDS);
  answers(place);
});
describeFaults(
  'a refresh by a confidential client',
  place => {
    suite(place, 1);
  },
  { confidential: true },
);

function suite(place: () => FaultyPlace, count: number): void {
  it.each(harmless)('succeeds when %s', async (_name, effects) => {
    for await (const { session, digest, generation } of rounds(place(), count)) {
      await armAtRefresh(place(), effects);
      expect(await session.refresh()).toEqual({ kind: 'refreshed' });
      expect(await session.state()).toMatchObject({
        status: 'active',
        generation: generation + 1,
        failures: 0,
      });
      expect(await session.exchangesOf(digest)).toBe(1);
      expect(await session.call()).toMatchObject({ status: 200 });
    }
  });

  it.each(refused)('is postponed by %s', async (_name, effects) => {
    for await (const { session, digest, generation } of rounds(place(), count)) {
      await armAtRefresh(place(), effects);
      expect(await session.refresh()).toMatchObject({ kind: 'failed' });
      const state = { status: 'active', generation, attempt_state: null, failures: 1 };
      expect(await session.state()).toMatchObject(state);
      expect(await session.call()).toMatchObject({ status: 200 });
      await session.age(60);
      expect(await session.call()).toEqual(unavailable);
      expect(await session.exchangesOf(digest)).toBe(0);
      await session.letDeadlinePass();
      expect(await session.call()).toMatchObject({ status: 200 });
      expect(await session.state()).toMatchObject({
        status: 'active',
        generation: generation + 1,
        failures: 0,
      });
      expect(await session.exchangesOf(digest)).toBe(1);
    }
  });

  it.each(answered)('is sent again soon after %s', async (_name, effect, [least, most]) => {
    for await (const { session, digest, generation } of rounds(place(), count)) {
      await armAtRefresh(place(), effect);
      expect(await session.refresh()).toEqual({ kind: 'failed', error: 'no-tokens' });
      const state = { status: 'active', generation, attempt_state: null, failures: 1 };
      expect(await session.state()).toMatchObject(state);
      expect(await session.call()).toMatchObject({ status: 200 });
      await session.age(60);
      const refused = await session.call();
      expect(refused).toEqual(unavailable);
      expect(Number(refused.retryAfter)).toBeLessThanOrEqual(most);
      expect(Number(refused.retryAfter)).toBeGreaterThan(least - 2);
      expect(await session.requestsOf(digest)).toHaveLength(1);
      await session.letDeadlinePass();
      expect(await session.call()).toMatchObject({ status: 200 });
      expect(await session.state()).toMatchObject({ generation: generation + 1, failures: 0 });
      expect(await session.requestsOf(digest)).toHaveLength(2);
      expect(await session.exchangesOf(digest)).toBe(1);
    }
  });

  it.each(answeredTooLate)('ends as response_lost by the next refresh, after %s', async (_name, effects) => {
    for await (const { session, digest, generation } of rounds(place(), count, { newEach: true })) {
      await armAtRefresh(place(), effects);
      expect(await session.refresh()).toEqual({ kind: 'failed', error: 'no-tokens' });
      expect(await session.state()).toMatchObject({ status: 'active', generation, attempt_state: null });
      await session.age(2);
      expect(await session.call()).toEqual(unavailable);
      await session.letDeadlinePass();
      expect(await session.call()).toMatchObject({ status: 503, error: 'SessionSuspended' });
      expect(await session.state()).toMatchObject({
        status: 'needs_reauth',
        reason: 'response_lost',
        generation: generation + 1,
      });
      expect(await session.requestsOf(digest)).toHaveLength(2);
    }
  });

  it.each(doubtful)(
    'is sent again once the first request can no longer be accepted, after %s',
    async (_name, effects) => {
      for await (const { session, digest, generation } of rounds(place(), count)) {
        await armAtRefresh(place(), effects);
        expect(await session.refresh()).toMatchObject({ kind: 'failed' });
        expect(await session.state()).toMatchObject({
          status: 'active',
          generation,
          attempt_state: 'in_doubt',
        });
        expect(await session.call()).toMatchObject({ status: 200 });
        await session.age(60);
        const refused = await session.call();
        expect(refused).toEqual(unavailable);
        expect(Number(refused.retryAfter)).toBeGreaterThan(60); // The time that is left.
        expect(await session.requestsOf(digest)).toHaveLength(1);
        await session.letDeadlinePass();
        expect(await session.call()).toMatchObject({ status: 200 });
        expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
        expect(await session.requestsOf(digest)).toHaveLength(2);
        expect(await session.exchangesOf(digest)).toBe(1);
      }
    },
  );

  it.each(lost)('ends as response_lost, and is never sent again, when %s', async (_name, effects) => {
    for await (const { session, digest, generation } of rounds(place(), count, { newEach: true })) {
      await armAtRefresh(place(), effects);
      expect(await session.refresh()).toMatchObject({ kind: 'failed' });
      expect(await session.state()).toMatchObject({
        status: 'active',
        generation,
        attempt_state: 'in_doubt',
      });
      expect(await session.call()).toMatchObject({ status: 503, error: 'SessionSuspended' });
      expect(await session.state()).toMatchObject({
        status: 'needs_reauth',
        reason: 'response_lost',
        generation: generation + 1,
      });
      expect(await session.requestsOf(digest)).toHaveLength(1);
    }
  });
}

function answers(place: () => FaultyPlace): void {
  it.each(readable)('is stored although its answer %s', async (_name, effect) => {
    const session = await place().takeSession();
    const { generation } = await session.state();
    await armAtRefresh(place(), effect);
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
    expect(await session.call()).toMatchObject({ status: 200 });
  });

  it.each(unreadable)(
    'is in doubt, and its answer is kept for the operator that %s',
    async (_name, effect) => {
      const session = await place().signIn();
      const digest = await session.digest();
      await armAtRefresh(place(), effect);
      expect(await session.refresh()).toEqual({ kind: 'failed', error: 'unknown' });
      expect(await session.state()).toMatchObject({ status: 'active', attempt_state: 'in_doubt' });
      const names = await readdir(place().broker.app.get(SpoolDisk).path);
      expect(names.filter(name => name.startsWith(session.id))).toEqual([expect.stringMatching(/\.unread$/)]);
      expect(await session.requestsOf(digest)).toHaveLength(1);
    },
  );
}

const unavailable = {
  status: 503,
  error: 'TokenUnavailable',
  retryAfter: expect.stringMatching(/^[1-9]\d*$/),
};

type Round = { session: TestSession; digest: string; generation: number };

/** Yields sessions for the rounds of a fault: one for all, or a new one each if none survives. */
async function* rounds(
  { signIn, takeSession }: FaultyPlace,
  count: number,
  { newEach = false } = {},
): AsyncGenerator<Round, void, void> {
  // Signing in is slow, because the PDS hashes passwords.
  const doomed = newEach ? await Promise.all(Array.from({ length: count }, () => signIn())) : [];
  for (let round = 0; round < count; round++) {
    const session = doomed[round] ?? (await takeSession());
    const { generation } = await session.state();
    yield { session, digest: await session.digest(), generation };
  }
}

async function armAtRefresh({ network }: FaultyPlace, effects: Effect | Effect[]): Promise<void> {
  const match = { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' } as const;
  for (const effect of [effects].flat()) await network.armFault({ match, effect, times: 1 });
}

function answer(
  moment: 'before' | 'after',
  status: number,
  body = '',
  headers: Record<string, string> = {},
): Effect {
  return { kind: 'answer', moment, status, body, headers };
}

function refusal(status: number, error: string, headers: Record<string, string> = {}): Effect {
  return answer('before', status, JSON.stringify({ error }), { ...json, ...headers });
}
