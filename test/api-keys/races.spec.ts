import { beforeAll, expect, it } from '@jest/globals';
import { ApiKeyRotations } from '../../src/api-keys/keys/api-key-rotations.service.ts';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { HolderlessSessionRepository } from '../../src/background/sweeps/holderless-session.repository.ts';
import { HolderlessSessions } from '../../src/background/sweeps/holderless-sessions.service.ts';
import { SessionRevocation } from '../../src/sessions/endings/session-revocation.service.ts';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import type { Did } from '../../src/database/tables/did.ts';
import { stopBackground } from '../background/due.ts';
import { byTest, callWith, grantKey, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { oauthSessionRow } from '../database/rows.ts';
import { until } from '../until.ts';

const MOST_KEYS = 5;
const AT_ONCE = 12;
const SESSIONS = 30;
const ROUNDS = process.env.TEST_LONG ? 50 : 3;

describeBroker('keys that many callers change at once', suite, {
  settings: { LATCHKEY_KEYS_PER_ACCOUNT: String(MOST_KEYS) },
});

function suite(broker: () => TestBroker): void {
  beforeAll(() => stopBackground(broker()));

  const newKey = async (did: Did): Promise<TestKey> =>
    issueKey(broker(), await storeSession(broker(), broker().network.pds, { did }, 'api_key'));

  it('are issued up to the limit of the account, and no further', async () => {
    const did = 'did:plc:crowdcrowdcrowdcrowdcrow';
    const issued = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => newKey(did)));
    const refusals = issued.flatMap(result =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    expect(refusals).toHaveLength(AT_ONCE - MOST_KEYS);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'TooManyApiKeys' });
    const stored = broker().database.selectFrom('api_key').select('slot').where('did', '=', did);
    expect((await stored.execute()).map(({ slot }) => slot).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('are rotated by one of many callers, and the others get a conflict', async () => {
    const key = await newKey('did:plc:rotaterotaterotaterotate');
    const rotations = broker().app.get(ApiKeyRotations);
    for (let round = 0; round < ROUNDS; round++) {
      const tried = await Promise.allSettled(
        Array.from({ length: AT_ONCE }, () =>
          rotations.rotate(key.id, key.did, { graceSeconds: 60 }, byTest),
        ),
      );
      const won = tried.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
      const lost = tried.flatMap(result => (result.status === 'rejected' ? [result.reason as unknown] : []));
      for (const refusal of lost) expect(refusal).toMatchObject({ code: 'ApiKeyChanged' });
      const statuses = await Promise.all(
        won.map(async issued => (await callWith(broker(), issued, 'GET /api/me')).status),
      );
      // A call after the first response is no longer simultaneous. The last two secrets work.
      expect(statuses.filter(status => status === 200)).toHaveLength(Math.min(won.length, 2));
    }
  });

  it('stay revoked if they are rotated at the same time', async () => {
    const [apiKeys, rotations] = [broker().app.get(ApiKeys), broker().app.get(ApiKeyRotations)];
    for (let round = 0; round < ROUNDS; round++) {
      const key = await newKey('did:plc:revokerevokerevokerevoke');
      const rotating = Array.from({ length: AT_ONCE / 2 }, () =>
        rotations.rotate(key.id, key.did, { graceSeconds: 60 }, byTest),
      );
      const [, ...rotated] = await Promise.allSettled([apiKeys.revoke(key.id, key.did, byTest), ...rotating]);
      const secrets = rotated.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
      for (const shown of [key, ...secrets])
        expect((await callWith(broker(), shown, 'GET /api/me')).status).toBe(401);
    }
  });

  it('lose no request when they and their session rotate under load', async () => {
    const key = await grantKey(broker());
    const rotations = broker().app.get(ApiKeyRotations);
    let secret = key.secret;
    let stopping = false;
    const statuses: number[] = [];
    const inUse: string[] = [];
    const callers = Array.from({ length: AT_ONCE }, async (_, caller) => {
      while (!stopping) {
        inUse[caller] = secret;
        const answer = await callWith(broker(), { secret }, 'GET /xrpc/com.atproto.server.getSession');
        statuses.push(answer.status);
      }
    });
    for (let round = 0; round < ROUNDS; round++) {
      const [rotated] = await Promise.all([
        rotations.rotate(key.id, key.did, { graceSeconds: 60 }, byTest),
        broker().app.get(Refresher).refresh(key.sessionId, { kind: 'forced' }),
      ]);
      const before = statuses.length;
      await until(
        'every caller has called again',
        () => statuses.length,
        count => count >= before + AT_ONCE,
      );
      secret = rotated.secret;
      // The secret before the last one ends with the next rotation. By then no caller uses it.
      await until('every caller uses the new secret', () => inUse.every(shown => shown === secret));
    }
    stopping = true;
    await Promise.all(callers);
    expect(statuses.length).toBeGreaterThan(ROUNDS * AT_ONCE);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('keep their session from a sweep that runs just before their commit', async () => {
    const { app, database } = broker();
    const repository = new HolderlessSessionRepository(database);
    const holderless = new HolderlessSessions(database, repository, app.get(SessionRevocation));
    const session = oauthSessionRow({ did: 'did:plc:barrier', granted_at: '2020-01-01T00:00:00.000Z' });
    await database.insertInto('oauth_session').values(session).execute();
    const [begun, committing] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const { did, id: sessionId, scope } = session;
    const issuing = database.transaction().execute(async transaction => {
      const key = { did, sessionId, scope, name: 'a bot', expiresAt: null };
      await app.get(ApiKeys).issue(key, byTest, transaction);
      begun.resolve(undefined);
      await committing.promise;
    });
    await begun.promise;
    const sweeping = holderless.sweep(SESSIONS, new Date());
    setTimeout(() => {
      committing.resolve(undefined);
    }, 100);
    await Promise.all([issuing, sweeping]);
    await holderless.sweep(SESSIONS, new Date());
    const query = database.selectFrom('oauth_session').select('status').where('id', '=', sessionId);
    expect(await query.executeTakeFirst()).toEqual({ status: 'active' });
  });

  it('either keep their session, or are refused because it was swept', async () => {
    const { app, database } = broker();
    const holderless = new HolderlessSessions(
      database,
      new HolderlessSessionRepository(database),
      app.get(SessionRevocation),
    );
    const sessions = Array.from({ length: SESSIONS }, (_, index) =>
      oauthSessionRow({
        did: `did:plc:sweep${index}`,
        purpose: 'api_key',
        granted_at: '2020-01-01T00:00:00.000Z',
      }),
    );
    await database.insertInto('oauth_session').values(sessions).execute();
    const stopping = new AbortController();
    const sweeping = sweepUntil(stopping.signal, holderless);
    const issued = await Promise.allSettled(
      sessions.map(async session => {
        await new Promise(resolve => setTimeout(resolve, Math.random() * 100));
        return issueKey(broker(), session);
      }),
    );
    stopping.abort();
    await sweeping;
    await holderless.sweep(SESSIONS, new Date());
    for (const [index, { id }] of sessions.entries()) {
      const query = database.selectFrom('oauth_session').select('status').where('id', '=', id);
      const { status } = await query.executeTakeFirstOrThrow();
      const outcome = issued[index]?.status;
      expect([id, status]).toEqual([id, outcome === 'fulfilled' ? 'active' : 'revoking']);
    }
  });
}

async function sweepUntil(signal: AbortSignal, holderless: HolderlessSessions): Promise<void> {
  while (!signal.aborted) {
    await holderless.sweep(4, new Date());
    await new Promise(resolve => setTimeout(resolve, 2)); // Without it SQLite leaves no turn for timers.
  }
}
