import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApiKeys } from '../../src/api-keys/api-keys.service.ts';
import { stopBackground } from '../background/due.ts';
import { byTest, callWith, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects, isRequested } from '../database/dialects.ts';
import { askForwardAuth, bearer, introspect } from '../introspection/ask.ts';

/** After so long every instance knows what became of a key. */
const BOUND_MS = 5_000;
const name = 'keys at two brokers';
const settings = { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' };

// A file of SQLite is for one process.
if (!isRequested('postgres')) it.skip(`${name} (postgres, which DIALECTS leaves out)`, () => undefined);

describeDialects(
  name,
  (_open, { dialect, create }) => {
    let first: TestBroker;
    let second: TestBroker;
    beforeAll(async () => {
      const database = await create();
      first = await startTestBroker(dialect, database, { settings });
      second = await startTestBroker(dialect, database, { settings, peer: first });
      for (const broker of [first, second]) await stopBackground(broker);
    });
    afterAll(async () => {
      await second.app.close();
      await first.app.close();
    });

    const newKey = async (): Promise<TestKey> =>
      issueKey(first, await storeSession(first, first.network.pds, {}, 'api_key'));
    const statusesWith = async (key: Pick<TestKey, 'secret'>): Promise<number[]> => {
      const answers = [await callWith(first, key, 'GET /api/me'), await callWith(second, key, 'GET /api/me')];
      return answers.map(({ status }) => status);
    };

    /** What AppViews are told of a key: by forward-auth, and when they introspect it. */
    const tellingsOf = async ({ secret }: Pick<TestKey, 'secret'>, broker: TestBroker) => [
      (await askForwardAuth(broker, bearer(secret))).status,
      (await introspect(broker, secret, broker.secrets.adminToken)).active,
    ];

    it('end at once where they are ended, and within five seconds at the other, in use all the while', async () => {
      const [revoked, rotated, kept] = [await newKey(), await newKey(), await newKey()];
      for (const key of [revoked, rotated, kept]) {
        expect(await statusesWith(key)).toEqual([200, 200]);
        expect(await tellingsOf(key, second)).toEqual([204, true]);
      }
      const apiKeys = first.app.get(ApiKeys);
      const next = await apiKeys.rotate(rotated.id, undefined, 0, byTest);
      const graceful = await apiKeys.rotate(kept.id, undefined, 60, byTest);
      await apiKeys.revoke(revoked.id, undefined, byTest);
      const ended = performance.now();
      for (const key of [revoked, rotated]) {
        expect((await statusesWith(key))[0]).toBe(401);
        expect(await tellingsOf(key, first)).toEqual([401, false]);
      }
      for (const key of [next, graceful, kept]) expect(await statusesWith(key)).toEqual([200, 200]);
      while (performance.now() - ended < BOUND_MS) {
        await Promise.all([revoked, rotated].map(statusesWith));
        await Promise.all([revoked, rotated].map(key => tellingsOf(key, second)));
        await sleep(250);
      }
      for (const key of [revoked, rotated]) {
        expect(await statusesWith(key)).toEqual([401, 401]);
        expect(await tellingsOf(key, second)).toEqual([401, false]);
      }
      for (const key of [next, graceful, kept]) expect(await statusesWith(key)).toEqual([200, 200]);
    });
  },
  ['postgres'],
);
