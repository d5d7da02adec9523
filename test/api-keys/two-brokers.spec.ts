import { beforeAll, expect, it } from '@jest/globals';
import { ApiKeyEdits } from '../../src/api-keys/edits/api-key-edits.service.ts';
import { ApiKeyRotations } from '../../src/api-keys/keys/api-key-rotations.service.ts';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { byTest, callWith, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { describeTwoBrokers, type TwoBrokers, useUntilKnown } from '../broker/two-brokers.ts';
import { askForwardAuth, bearer, introspect } from '../introspection/ask.ts';
import { callSession, openSession, type Pair } from '../password-sessions/calls.ts';

const settings = { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' };

describeTwoBrokers('keys at two brokers', suite, { settings });

function suite(brokers: () => TwoBrokers): void {
  let first: TestBroker;
  let second: TestBroker;
  beforeAll(() => {
    ({ first, second } = brokers());
  });

  const newKey = async (): Promise<TestKey> =>
    issueKey(first, await storeSession(first, first.network.pds, {}, 'api_key'));
  const statusesWith = async (key: Pick<TestKey, 'secret'>): Promise<number[]> => {
    const answers = [await callWith(first, key, 'GET /api/me'), await callWith(second, key, 'GET /api/me')];
    return answers.map(({ status }) => status);
  };

  /** Returns the answers of forward-auth and of introspection about a key. */
  const tellingsOf = async ({ secret }: Pick<TestKey, 'secret'>, broker: TestBroker) => [
    (await askForwardAuth(broker, bearer(secret))).status,
    (await introspect(broker, secret, broker.secrets.adminToken)).active,
  ];

  /** Returns the statuses of both tokens of a password session: a call, and a renewal. */
  const statusesOf = async (broker: TestBroker, { accessJwt, refreshJwt }: Pair): Promise<number[]> => [
    (await callWith(broker, { secret: accessJwt }, 'GET /api/me')).status,
    (await callSession(broker, 'getSession', { token: accessJwt })).status,
    (await callSession(broker, 'refreshSession', { token: refreshJwt })).status,
  ];

  it('are refused at once where they are revoked, and within five seconds at the other, while in constant use', async () => {
    const [revoked, rotated, kept, shortened] = [
      await newKey(),
      await newKey(),
      await newKey(),
      await newKey(),
    ];
    for (const key of [revoked, rotated, kept, shortened]) {
      expect(await statusesWith(key)).toEqual([200, 200]);
      expect(await tellingsOf(key, second)).toEqual([204, true]);
    }
    const sessions = {
      revoked: await openSession(first, revoked),
      rotated: await openSession(second, rotated),
    };
    for (const session of Object.values(sessions))
      expect(await statusesOf(second, session)).toEqual([200, 200, 200]);
    const apiKeys = first.app.get(ApiKeys);
    const rotations = first.app.get(ApiKeyRotations);
    const next = await rotations.rotate(rotated.id, undefined, { graceSeconds: 0 }, byTest);
    const graceful = await rotations.rotate(kept.id, undefined, { graceSeconds: 60 }, byTest);
    await rotations.rotate(shortened.id, undefined, { graceSeconds: 60 }, byTest);
    await apiKeys.revoke(revoked.id, undefined, byTest);
    await first.app.get(ApiKeyEdits).endPreviousSecret(shortened.id, undefined, byTest);
    const ended = performance.now();
    for (const key of [revoked, rotated, shortened]) {
      expect((await statusesWith(key))[0]).toBe(401);
      expect(await tellingsOf(key, first)).toEqual([401, false]);
    }
    for (const session of Object.values(sessions))
      expect(await statusesOf(first, session)).toEqual([401, 400, 400]);
    for (const key of [next, graceful, kept]) expect(await statusesWith(key)).toEqual([200, 200]);
    await useUntilKnown(ended, async () => {
      await Promise.all([revoked, rotated, shortened].map(statusesWith));
      await Promise.all([revoked, rotated, shortened].map(key => tellingsOf(key, second)));
      await Promise.all(Object.values(sessions).map(session => statusesOf(second, session)));
    });
    for (const key of [revoked, rotated, shortened]) {
      expect(await statusesWith(key)).toEqual([401, 401]);
      expect(await tellingsOf(key, second)).toEqual([401, false]);
    }
    for (const session of Object.values(sessions))
      expect(await statusesOf(second, session)).toEqual([401, 400, 400]);
    for (const key of [next, graceful, kept]) expect(await statusesWith(key)).toEqual([200, 200]);
  });
}
