import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../until.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { operate } from '../sessions/operate.ts';
import { describeStubPds } from '../xrpc/describe-stub-pds.ts';
import type { Received } from '../xrpc/stub-pds.ts';
import {
  askedOf,
  countMints,
  mintAsAsked,
  newCaller,
  regrant,
  type TokenCaller,
  unsignedJwt,
} from './caller.ts';

const aud = 'did:web:api.example.com#registry';
const lxm = 'com.example.push';

describeStubPds('service tokens', place => {
  let caller: TokenCaller;
  beforeEach(async () => {
    place().pds.answer = mintAsAsked;
    caller = await newCaller(place().broker, place().pds.origin);
  });

  /** Holds the PDS's responses to mints of one audience until they are released. */
  function hold(heldAud = aud): { arrived: () => number; release: () => void } {
    const held: [ServerResponse, Received][] = [];
    let isOpen = false;
    place().pds.answer = (response, received) => {
      if (askedOf(received).aud !== heldAud || isOpen) mintAsAsked(response, received);
      else held.push([response, received]);
    };
    const release = (): void => {
      isOpen = true;
      for (const [response, received] of held) mintAsAsked(response, received);
    };
    return { arrived: () => held.length, release };
  }

  describe('that are cached', () => {
    it('serve a hundred simultaneous requests and all later ones with one mint', async () => {
      const asked = Array.from({ length: 100 }, () => caller.ask({ aud, lxm }));
      const answers = await Promise.all(asked);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ token }) => token)).size).toBe(1);
      expect(countMints(place().pds)).toBe(1);
      const later = await caller.ask({ aud, lxm });
      expect(later).toEqual({ ...answers[0], cached: true });
      expect(Date.parse(later.expiresAt ?? '') - Date.now()).toBeLessThanOrEqual(60_000);
    });

    it('are cached per session, audience and method', async () => {
      const another = await newCaller(place().broker, place().pds.origin);
      const answers = [
        await caller.ask({ aud, lxm }),
        await another.ask({ aud, lxm }),
        await caller.ask({ aud: 'did:web:api.example.com', lxm }),
        await caller.ask({ aud, lxm: 'com.example.pull' }),
      ];
      expect(answers.map(({ cached }) => cached)).toEqual([false, false, false, false]);
      expect(new Set(answers.map(({ token }) => token)).size).toBe(4);
    });

    it('are returned only while their remaining life covers the requested minimum', async () => {
      const ask = async (expiresIn?: number, minValiditySeconds?: number) =>
        (await caller.ask({ aud, lxm, expiresIn, minValiditySeconds })).cached;
      expect(await ask()).toBe(false);
      expect(await ask(60, 30)).toBe(true);
      expect(await ask(600, 300)).toBe(false);
      expect(await ask(600, 300)).toBe(true);
      expect(await ask(3_600)).toBe(true);
      expect(await ask(60)).toBe(false); // The cached token lives too long for this caller.
      expect(await ask(3_600, 3_000)).toBe(false);
      expect(countMints(place().pds)).toBe(4);
    });

    it('are replaced by a fresh one on request, and forgotten on request', async () => {
      const [first, fresh] = [await caller.ask({ aud, lxm }), await caller.ask({ aud, lxm, fresh: true })];
      expect(fresh).toMatchObject({ status: 200, cached: false });
      expect(fresh.token).not.toBe(first.token);
      expect((await caller.ask({ aud, lxm })).token).toBe(fresh.token);

      await caller.ask({ aud, lxm: 'com.example.pull' });
      await caller.ask({ aud: 'did:web:other.example', lxm });
      const another = await newCaller(place().broker, place().pds.origin);
      await another.ask({ aud, lxm });
      const path = `/api/service-tokens?aud=${encodeURIComponent(aud)}`;
      expect(await caller.call(`DELETE ${path}&lxm=${lxm}`)).toEqual({ status: 200, deleted: 1 });
      expect(await caller.call(`DELETE ${path}`)).toEqual({ status: 200, deleted: 1 });
      expect(await caller.call('DELETE /api/service-tokens')).toEqual({ status: 200, deleted: 1 });
      expect((await caller.ask({ aud, lxm })).cached).toBe(false);
      expect((await another.ask({ aud, lxm })).cached).toBe(true);
    });

    it('are only successes: a failure is retried at the next request', async () => {
      const { pds } = place();
      pds.answer = response => response.writeHead(500).end();
      const failed = await Promise.all([caller.ask({ aud, lxm }), caller.ask({ aud, lxm })]);
      expect(failed.map(({ error }) => error)).toEqual(['UpstreamUnavailable', 'UpstreamUnavailable']);
      expect(countMints(pds)).toBe(1);
      pds.answer = mintAsAsked;
      expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 200, cached: false });
    });

    it('are dropped when the granted scope changes', async () => {
      await caller.ask({ aud, lxm });
      await regrant(place().broker, caller.sessionId, `atproto rpc:${lxm}?aud=*`);
      expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 200, cached: false });
      expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 200, cached: true });
      await regrant(place().broker, caller.sessionId, 'atproto');
      expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 403, error: 'ScopeMissing' });
    });

    it('are cached for less than a minute if they cannot be decoded', async () => {
      place().pds.answer = response => response.end('{"token":"opaque"}');
      const asked = await caller.ask({ aud, lxm, expiresIn: 3_600 });
      const left = Date.parse(asked.expiresAt ?? '') - Date.now();
      expect(left).toBeLessThanOrEqual(60_000);
      expect(await caller.ask({ aud, lxm })).toMatchObject({ token: 'opaque', cached: true });
      expect((await caller.ask({ aud, lxm, expiresIn: 3_600, minValiditySeconds: 51 })).cached).toBe(false);
    });

    it('are only those that live no longer than requested', async () => {
      place().pds.answer = response =>
        response.end(JSON.stringify({ token: unsignedJwt({ exp: Math.floor(Date.now() / 1000) + 7_200 }) }));
      expect((await caller.ask({ aud, lxm })).cached).toBe(false);
      expect((await caller.ask({ aud, lxm })).cached).toBe(false);
    });
  });

  describe('that a slow PDS mints', () => {
    it('delay no other tuple, no other call of the session, and not its logout, which discards them', async () => {
      const { arrived, release } = hold();
      const waiting = caller.ask({ aud, lxm });
      await until('the request has arrived', arrived, count => count === 1);
      expect(await caller.ask({ aud: 'did:web:other.example', lxm })).toMatchObject({ status: 200 });
      expect(await caller.call('GET /xrpc/com.example.any')).toMatchObject({ status: 200 });
      const { body } = await operate(place().broker, 'GET /api/service-tokens/stats');
      expect(body).toMatchObject({ inFlight: 1 });
      expect((await operate(place().broker, `DELETE /api/sessions/${caller.sessionId}`)).status).toBe(204);
      release();
      expect(await waiting).toMatchObject({ status: 401, error: 'ReauthorizationRequired' });
      const after = (await operate(place().broker, 'GET /api/service-tokens/stats')).body;
      expect(after.inFlight).toBe(0);
    });

    it('are returned but not cached if they were forgotten meanwhile', async () => {
      const { arrived, release } = hold();
      const waiting = caller.ask({ aud, lxm });
      await until('the request has arrived', arrived, count => count === 1);
      await caller.call('DELETE /api/service-tokens');
      release();
      expect(await waiting).toMatchObject({ status: 200, cached: false });
      expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 200, cached: false });
    });

    it('are minted again for a waiting caller that needs a longer life', async () => {
      const { arrived, release } = hold();
      const short = caller.ask({ aud, lxm });
      await until('the request has arrived', arrived, count => count === 1);
      const long = [1, 2, 3].map(() => caller.ask({ aud, lxm, expiresIn: 1_800, minValiditySeconds: 900 }));
      release();
      expect((await short).status).toBe(200);
      const tokens = await Promise.all(long);
      expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
      expect(countMints(place().pds)).toBe(2);
    });
  });

  it("follow the clock of the PDS, even if the broker's clock is wrong", async () => {
    const behindMs = 3 * 60 * 60_000;
    place().pds.answer = (response, received) => {
      response.setHeader('date', new Date(Date.now() - behindMs).toUTCString());
      mintAsAsked(response, received, Date.now() - behindMs);
    };
    await caller.call('GET /xrpc/com.example.any');
    expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 200, cached: false });
    expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 200, cached: true });
    await caller.ask({ aud, lxm, expiresIn: 1_800, minValiditySeconds: 1_000 });
    const [, , last] = place().pds.received;
    const { exp } = last ? askedOf(last) : {};
    const asked = Number(exp) - (Date.now() - behindMs) / 1000;
    expect(Math.abs(asked - 1_800)).toBeLessThan(30);
  });

  it('are counted in the log and the metrics', async () => {
    const { broker } = place();
    const counts = async () =>
      (await operate(broker, 'GET /api/service-tokens/stats')).body as Record<string, number>;
    const outcomes = async () =>
      byLabel(readSamples(await (await scrape(broker)).text()), 'latchkey_service_tokens_total');
    const [before, outcomesBefore] = [await counts(), await outcomes()];
    await caller.ask({ aud, lxm });
    await caller.ask({ aud, lxm });
    place().pds.answer = response => response.writeHead(503).end();
    await caller.ask({ aud, lxm: 'com.example.pull' });
    const after = await counts();
    expect(Object.keys(after)).toEqual(['total', 'valid', 'expired', 'hits', 'misses', 'inFlight']);
    const growth = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]);
    expect(Object.fromEntries(growth)).toMatchObject({ total: 1, valid: 1, hits: 1, misses: 2, inFlight: 0 });
    const grown = Object.entries(await outcomes()).map(([name, count]) => [
      name,
      count - (outcomesBefore[name] ?? 0),
    ]);
    expect(Object.fromEntries(grown)).toEqual({ kept: 1, minted: 1, failed: 1 });
  });
});

describeStubPds(
  'service tokens beyond the size of the cache',
  place => {
    it('evict those that were used least recently', async () => {
      const { pds, broker } = place();
      pds.answer = mintAsAsked;
      const caller = await newCaller(broker, pds.origin);
      for (const name of ['a', 'b', 'a', 'c']) await caller.ask({ aud, lxm: `com.example.${name}` });
      expect((await operate(broker, 'GET /api/service-tokens/stats')).body).toMatchObject({ total: 2 });
      expect((await caller.ask({ aud, lxm: 'com.example.a' })).cached).toBe(true);
      expect((await caller.ask({ aud, lxm: 'com.example.b' })).cached).toBe(false);
    });
  },
  { LATCHKEY_CACHED_SERVICE_TOKENS: '2' },
);

describeStubPds(
  'service tokens beyond the limit of simultaneous mints',
  place => {
    it('are refused, but not those of another session', async () => {
      const { pds, broker } = place();
      const held: ServerResponse[] = [];
      pds.answer = response => held.push(response);
      const [caller, another] = [await newCaller(broker, pds.origin), await newCaller(broker, pds.origin)];
      const waiting = ['a', 'b'].map(name => caller.ask({ aud, lxm: `com.example.${name}` }));
      await until(
        'two requests are held',
        () => held.length,
        count => count === 2,
      );
      expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 429, error: 'TooManyRequests' });
      const joined = caller.ask({ aud, lxm: 'com.example.a' });
      const other = another.ask({ aud, lxm });
      await until(
        'three requests are held',
        () => held.length,
        count => count === 3,
      );
      for (const response of held) response.end('{"token":"opaque"}');
      expect((await Promise.all([...waiting, joined, other])).map(({ status }) => status)).toEqual([
        200, 200, 200, 200,
      ]);
    });
  },
  { LATCHKEY_CONCURRENCY_PER_SESSION: '2' },
);
