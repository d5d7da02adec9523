import { expect, it } from '@jest/globals';
import { Refresher } from '../../src/sessions/refresher.service.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import type { BrowserClient } from '../network/browser-client.ts';

const ROUNDS = process.env['TEST_LONG'] ? 50 : 5;
const IN_FLIGHT = 16;

describeBroker('a rotation under load', suite);

function suite(broker: () => TestBroker): void {
  it(`loses no request of ${IN_FLIGHT} in flight, and takes one token request`, async () => {
    const browser = broker().browser();
    const alice = accountOf(broker(), 'alice.test');
    await browser.login(alice.handle, alice);
    const { id } = await broker().database.selectFrom('oauth_session').select('id').executeTakeFirstOrThrow();
    for (let round = 1; round <= ROUNDS; round++) {
      const calls = keepCalling(browser, IN_FLIGHT);
      await broker().app.get(Refresher).refresh(id, { kind: 'forced' });
      const statuses = await calls.stop();
      expect(statuses.length).toBeGreaterThanOrEqual(IN_FLIGHT);
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(await stateOf(broker(), id)).toEqual({ generation: round + 1, status: 'active', attempt_id: null });
    }
  });
}

/** Calls again and again, so many calls at a time, until it is stopped; tells the status of every call. */
function keepCalling(browser: BrowserClient, parallel: number): { stop: () => Promise<number[]> } {
  const statuses: number[] = [];
  let stopping = false;
  const workers = Array.from({ length: parallel }, async () => {
    while (!stopping) {
      const answer = await browser.get('/xrpc/com.atproto.server.getSession');
      await answer.text();
      statuses.push(answer.status);
    }
  });
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(workers);
      return statuses;
    },
  };
}

async function stateOf({ database }: TestBroker, id: string): Promise<unknown> {
  return database
    .selectFrom('oauth_session')
    .select(['generation', 'status', 'attempt_id'])
    .where('id', '=', id)
    .executeTakeFirst();
}
