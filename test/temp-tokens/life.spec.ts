import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BrokerError } from '../../src/errors/broker-error.ts';
import { TempTokens } from '../../src/temp-tokens/temp-tokens.service.ts';
import { newTempToken } from '../../src/temp-tokens/temp-token.ts';
import { stopBackground } from '../background/due.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { dumpTables } from '../rows/table-dump.ts';
import { storeTempToken } from './stored-temp-token.ts';
import { finishing, ThingsModule } from './things.ts';
import { claimOf, useOf } from './use-of.ts';

const past = '2020-01-01T00:00:00.000Z';

describeBroker('temp tokens', suite, { modules: [ThingsModule] });

function suite(broker: () => TestBroker): void {
  const tokens = (): TempTokens => broker().app.get(TempTokens, { strict: false });
  const minting = { scope: 'read-thing', resource: 'thing-1', ttlSeconds: 600 };
  const mint = (change: Partial<typeof minting> = {}) => tokens().mint({ ...minting, ...change });
  const get = async (path: string, token: string): Promise<Response> =>
    exchange(new URL(path, broker().url), { headers: { authorization: `Bearer ${token}` } });

  beforeAll(() => stopBackground(broker()));
  beforeEach(() => broker().database.deleteFrom('temp_token').execute());

  describe('when they are minted', () => {
    it('have 49 characters, of which only the digest is stored', async () => {
      const before = Date.now();
      const { id, token, expiresAt } = await mint();
      expect(token).toMatch(/^cktmp_[A-Za-z0-9_-]{43}$/);
      expect(Math.abs(expiresAt.getTime() - before - 600_000)).toBeLessThan(10_000);
      const dump = await dumpTables(broker().database);
      expect(dump).toContain(id);
      expect(dump).not.toContain(token.slice('cktmp_'.length));
      expect(broker().logLines.join('')).not.toContain(token);
    });

    it.each([
      [{ scope: 'unheard-of' }, 'UnknownScope', 'scope'],
      [{ scope: '' }, 'UnknownScope', 'scope'],
      [{ ttlSeconds: 0 }, 'InvalidLifetime', 'ttlSeconds'],
      [{ ttlSeconds: -1 }, 'InvalidLifetime', 'ttlSeconds'],
      [{ ttlSeconds: 0.5 }, 'InvalidLifetime', 'ttlSeconds'],
      [{ ttlSeconds: Number.NaN }, 'InvalidLifetime', 'ttlSeconds'],
      [{ ttlSeconds: 601 }, 'InvalidLifetime', 'ttlSeconds'],
      ...['', 'a/b', '..', 'a.b', 'a%2Fb', 'a b', 'ä', 'a\n', 'a'.repeat(129)].map(
        resource => [{ resource }, 'InvalidResource', 'resource'] as const,
      ),
    ] as const)('are refused: %j', async (change, code, field) => {
      const refused = await failureOf(mint(change));
      expect(refused).toBeInstanceOf(BrokerError);
      expect(refused).toMatchObject({ code, message: expect.stringMatching(`^${field} `) });
      expect(await idsOf(broker())).toEqual([]);
    });

    it('are limited to ten per resource and scope, also for simultaneous requests', async () => {
      for (let round = 0; round < 3; round++) {
        await broker().database.deleteFrom('temp_token').execute();
        const results = await Promise.allSettled(Array.from({ length: 20 }, () => mint()));
        const refused = results.filter(({ status }) => status === 'rejected');
        expect(refused).toHaveLength(10);
        for (const { reason } of refused as PromiseRejectedResult[])
          expect(reason).toMatchObject({ code: 'TooManyTempTokens' });
        expect(await idsOf(broker())).toHaveLength(10);
      }
      await mint({ resource: 'thing-2' });
      await mint({ scope: 'claim-thing', ttlSeconds: 60 });
      const held = broker()
        .database.selectFrom('lease')
        .select('name')
        .where('name', 'like', 'temp-tokens/%');
      expect(await held.execute()).toEqual([]);
    });

    it('no longer count after they expired, were used up or deleted', async () => {
      for (let count = 0; count < 5; count++) await storeTempToken(broker(), { expires_at: past });
      for (let count = 0; count < 5; count++) await storeTempToken(broker(), { consumed_at: past });
      const { id } = await mint();
      for (let count = 1; count < 10; count++) await mint();
      expect(await failureOf(mint())).toMatchObject({ code: 'TooManyTempTokens' });
      expect(await tokens().delete(id)).toBe(1);
      await mint();
    });

    it('vanish when the transaction that minted them rolls back', async () => {
      const { database } = broker();
      const failing = database.transaction().execute(async transaction => {
        await tokens().mint(minting, transaction);
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await idsOf(broker())).toEqual([]);
    });
  });

  describe('when they are presented', () => {
    const refusals: readonly (readonly [string, () => Promise<string> | string, number])[] = [
      ['malformed', () => `${newTempToken()}x`, 0],
      ['malformed', () => 'cktmp_', 0],
      ['malformed', () => `cktmp_${'a'.repeat(42)}=`, 0],
      ['not_found', () => newTempToken(), 1],
      ['expired', () => storeTempToken(broker(), { expires_at: past }), 1],
      ['expired', () => storeTempToken(broker(), { expires_at: past, consumed_at: past }), 1],
      ['consumed', () => storeTempToken(broker(), { consumed_at: past }), 1],
      ['unknown_scope', () => storeTempToken(broker(), { scope: 'gone' }), 1],
      ['route_not_allowed', () => storeTempToken(broker(), { resource_id: 'thing-2' }), 1],
      ['route_not_allowed', () => storeTempToken(broker(), { scope: 'claim-thing' }), 1],
    ];
    it.each(refusals)(
      'are logged as %s, and refused with the same response',
      async (reason, make, statements) => {
        const token = await make();
        expect(await failureOf(tokens().verify(token, useOf('thing-1')))).toMatchObject({
          code: 'InvalidToken',
          reason,
        });
        const counted = await refusedOf(broker(), reason);
        const { answer, asked } = await watch(broker(), () => get('/things/thing-1', token));
        expect([asked.length, asked.every(sql => sql.startsWith('select '))]).toEqual([statements, true]);
        const unknown = await get('/things/thing-1', newTempToken());
        expect(await outsideOf(answer)).toEqual(await outsideOf(unknown));
        expect(answer.status).toBe(401);
        expect(await refusedOf(broker(), reason)).toBe(counted + (reason === 'not_found' ? 2 : 1));
      },
    );

    it('give the handler their id, scope and resource', async () => {
      const { id, token } = await mint();
      expect(await (await get('/things/thing-1', token)).json()).toEqual({
        handler: 'read',
        thing: 'thing-1',
        caller: { kind: 'temp-token', tempTokenId: id, scope: 'read-thing', resource: 'thing-1' },
      });
    });

    it('expire by the clock of the database', async () => {
      const { token } = await mint({ ttlSeconds: 1 });
      expect((await get('/things/thing-1', token)).status).toBe(200);
      await new Promise(resolve => setTimeout(resolve, 1_100));
      expect((await get('/things/thing-1', token)).status).toBe(401);
    });

    it('for a single use let in one of twenty simultaneous requests, and no later one', async () => {
      for (let round = 0; round < 3; round++) {
        const { id, token } = await mint({ scope: 'claim-thing', resource: 'thing-1', ttlSeconds: 60 });
        const claim = () => tokens().verify(token, claimOf('thing-1'));
        const results = await Promise.allSettled(Array.from({ length: 20 }, claim));
        expect(results.filter(({ status }) => status === 'fulfilled')).toEqual([
          { status: 'fulfilled', value: { id, scope: 'claim-thing', resource: 'thing-1' } },
        ]);
        for (const result of results)
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ reason: 'consumed' });
        expect(await failureOf(claim())).toMatchObject({ reason: 'consumed' });
      }
    });

    it('for a single use are not used up by a request that they do not allow', async () => {
      const { token } = await mint({ scope: 'claim-thing', ttlSeconds: 60 });
      expect((await get('/things/thing-1', token)).status).toBe(401);
      const claim = (thing: string) =>
        exchange(new URL(`/things/${thing}/claim`, broker().url), {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
        });
      expect((await claim('thing-2')).status).toBe(401);
      expect((await claim('thing-1')).status).toBe(200);
      expect((await claim('thing-1')).status).toBe(401);
    });
  });

  describe('when they are deleted', () => {
    it('by resource are counted, and only those of the scope', async () => {
      const ended = [await mint(), await mint()];
      const others = [
        await mint({ resource: 'thing-2' }),
        await mint({ scope: 'claim-thing', ttlSeconds: 60 }),
      ];
      expect(await tokens().deleteByResource('read-thing', 'thing-1')).toBe(2);
      expect(await tokens().deleteByResource('read-thing', 'thing-1')).toBe(0);
      expect(await idsOf(broker())).toEqual(others.map(({ id }) => id).sort());
      for (const { token } of ended) expect((await get('/things/thing-1', token)).status).toBe(401);
    });

    it('in a transaction keep working when it rolls back', async () => {
      const { id } = await mint();
      const failing = broker()
        .database.transaction()
        .execute(async transaction => {
          expect(await tokens().deleteByResource('read-thing', 'thing-1', transaction)).toBe(1);
          throw new Error('changed my mind');
        });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await idsOf(broker())).toEqual([id]);
    });

    it('are deleted when the work is done, even if the caller has left', async () => {
      const { token } = await mint();
      await mint();
      const [begun, left, deleted] = [promised<undefined>(), promised<undefined>(), promised<number>()];
      Object.assign(finishing, {
        begun: () => {
          begun.resolve(undefined);
        },
        goOn: left.promise,
        deleted: deleted.resolve,
      });
      const leaving = new AbortController();
      const call = exchange(new URL('/things/thing-1/finish', broker().url), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        signal: leaving.signal,
      });
      await begun.promise;
      leaving.abort();
      await expect(call).rejects.toThrow();
      left.resolve(undefined);
      expect(await deleted.promise).toBe(2);
      expect(await idsOf(broker())).toEqual([]);
    });
  });
}

function promised<Value>(): PromiseWithResolvers<Value> {
  return Promise.withResolvers<Value>();
}

async function idsOf({ database }: TestBroker): Promise<string[]> {
  const rows = await database.selectFrom('temp_token').select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Runs `work` and returns the database queries of that time. */
async function watch<Answer>(
  { database }: TestBroker,
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; asked: string[] }> {
  const spy = jest.spyOn(database.getExecutor(), 'executeQuery');
  try {
    const answer = await work();
    const asked = spy.mock.calls.map(([{ sql }]) => sql);
    // Audit events of the previous test may be stored meanwhile.
    return { answer, asked: asked.filter(sql => sql.includes('temp_token')) };
  } finally {
    spy.mockRestore();
  }
}

/** Returns the parts of a response that a stranger can see. */
async function outsideOf(answer: Response): Promise<object> {
  for (const name of ['date', 'latchkey-request-id']) answer.headers.delete(name);
  return { status: answer.status, headers: [...answer.headers], body: await answer.text() };
}

async function refusedOf(broker: TestBroker, reason: string): Promise<number> {
  const samples = readSamples(await (await scrape(broker)).text());
  return byLabel(samples, 'latchkey_temp_tokens_refused_total')[reason] ?? Number.NaN;
}

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
}
