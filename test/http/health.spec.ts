import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { isRequested } from '../database/dialects.ts';
import { exchange } from '../network/http-exchange.ts';
import { until } from '../until.ts';
import { type Postgres, startPostgres } from '../network/postgres.ts';

const suite = isRequested('postgres') ? describe : describe.skip;

suite('health through an outage of the database', () => {
  let postgres: Postgres;
  let broker: TestBroker;
  beforeAll(async () => {
    postgres = await startPostgres();
    broker = await startTestBroker('postgres', { kind: 'postgres', url: await postgres.createDatabase() });
  });
  afterAll(async () => {
    await broker.app.close();
    await postgres.stop();
  });

  const ask = (path: string, headers = {}) => exchange(new URL(path, broker.url), { headers });
  const statusOf = async (path: string) => (await ask(path)).status;

  it('is ready, then unready, then ready again, and alive all the time', async () => {
    expect([await statusOf('/livez'), await statusOf('/readyz')]).toEqual([200, 200]);

    await postgres.halt();
    const unready = await ask('/readyz');
    expect([unready.status, unready.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await unready.json()).toEqual({
      error: 'DatabaseUnavailable',
      message: expect.stringMatching(/database/i),
    });
    expect(await statusOf('/livez')).toBe(200);

    await postgres.resume();
    await until(
      'the broker is ready',
      () => statusOf('/readyz'),
      status => status === 200,
    );
  });

  it('never mistakes a database failure for a bad credential', async () => {
    await postgres.halt();
    const answer = await ask('/api/me', { cookie: `latchkey=${'a'.repeat(43)}` });
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
    expect(await answer.json()).toMatchObject({ error: 'DatabaseUnavailable' });
    await postgres.resume();
    await until(
      'the database answers',
      () => statusOf('/api/me'),
      status => status === 401,
    );
  });
});
