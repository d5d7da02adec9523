import { readText } from '../../src/identity/outbound/exchange.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import { type SessionAccess, Sessions } from '../../src/sessions/use/sessions.service.ts';
import type { Did } from '../../src/database/tables/did.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { storeSession } from '../broker/stored-session.ts';
import { accountOf } from '../broker/test-broker.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import type { TestSession } from './test-session.ts';
import { until } from '../until.ts';
import { asId } from '../ids.ts';

const GET = { method: 'GET' } as const;

/** Waits long enough for a wrong event to happen. */
const A_MOMENT_MS = 100;

describeFaults('the use of a session', suite);

function suite(place: () => FaultyPlace): void {
  const sessions = (): Sessions => place().broker.app.get(Sessions);
  let [alice, sameAlice]: TestSession[] = [];
  let did: Did;
  beforeAll(async () => {
    [alice, sameAlice] = [await place().signIn(), await place().signIn()];
    ({ did } = accountOf(place().broker, 'alice.test'));
  });
  const idOf = (session: TestSession | undefined): SessionId => session?.id ?? asId('');

  describe('by its id or its account', () => {
    it('calls the PDS as its account', async () => {
      expect(await sessions().withSession(idOf(alice), whoAmI)).toBe(did);
    });

    it('uses the newest active session of an account, and fails if there is none', async () => {
      const { broker, signIn } = place();
      const { did: bob } = accountOf(broker, 'bob.test');
      const [older, newer] = [await signIn('bob.test'), await signIn('bob.test')];
      // The used session must be refreshed first, which shows which one it is.
      for (const session of [older, newer]) await session.age(60);
      expect(await sessions().withAccount(bob, whoAmI)).toBe(bob);
      expect(await generationsOf(older, newer)).toEqual([1, 2]);
      await newer.browser.post('/oauth/logout', {});
      expect(await sessions().withAccount(bob, whoAmI)).toBe(bob);
      expect((await older.state()).generation).toBe(2);
      await broker.database
        .updateTable('oauth_session')
        .set({ status: 'needs_reauth', reason: 'revoked' })
        .where('id', '=', older.id)
        .execute();
      await expect(sessions().withAccount(bob, whoAmI)).rejects.toMatchObject(needsOwner);
    });

    it.each(['00000000-0000-4000-8000-000000000000', ''])(
      'is refused for an unknown session: %j',
      async id => {
        const { use, begun } = watched();
        await expect(sessions().withSession(asId(id), use)).rejects.toMatchObject(needsOwner);
        expect(begun).toEqual([]);
      },
    );

    it.each(['did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', ''])(
      'is refused for an unknown account: %j',
      async account => {
        const { use, begun } = watched();
        await expect(sessions().withAccount(account as Did, use)).rejects.toMatchObject(needsOwner);
        expect(begun).toEqual([]);
      },
    );

    it('exposes its identity, and none of its secrets', async () => {
      const stored = await place().broker.app.get(SessionRepository).findSession(idOf(alice));
      await sessions().withSession(idOf(alice), access => {
        expect(Object.keys(access).sort()).toEqual(['did', 'fetch', 'now', 'pds', 'scope']);
        expect(access).toMatchObject({ did: stored?.did, pds: stored?.pds, scope: stored?.scope });
        const shown = inspect(access, { depth: Infinity, showHidden: true, getters: true });
        for (const secret of [
          stored?.secrets?.accessToken,
          stored?.secrets?.refreshToken,
          stored?.secrets?.dpopKey.d,
        ])
          expect(shown).not.toContain(secret ?? 'unknown');
        return Promise.resolve();
      });
    });
  });

  describe('that is exclusive', () => {
    it('waits for earlier ones of the same account, on any of its sessions', async () => {
      const [one, other] = [idOf(alice), idOf(sameAlice)];
      const log: string[] = [];
      const uses: Promise<void>[] = [];
      for (const [index, id] of [one, other, undefined, one].entries()) {
        const use = async (access: SessionAccess): Promise<void> => {
          log.push(`${index} begins`);
          expect(await whoAmI(access)).toBe(did);
          log.push(`${index} ends`);
        };
        const options = { exclusive: true };
        uses.push(
          id === undefined
            ? sessions().withAccount(did, use, options)
            : sessions().withSession(id, use, options),
        );
        await delay(250); // Lookups by id and by account take different times, and only then queue.
      }
      await Promise.all(uses);
      expect(log).toEqual([0, 1, 2, 3].flatMap(index => [`${index} begins`, `${index} ends`]));
    });

    it('waits for no other account, and for no shared use', async () => {
      const { id: other } = await storeSession(place().broker, place().network.pds);
      const { use, begun, release } = watched();
      const uses = [
        sessions().withSession(idOf(alice), use, { exclusive: true }),
        sessions().withSession(other, use, { exclusive: true }),
        sessions().withSession(idOf(alice), use),
        sessions().withSession(idOf(alice), use),
      ];
      await until(
        'four uses have begun',
        () => begun.length,
        count => count === 4,
      );
      release();
      await Promise.all(uses);
    });

    it('gets its turn also after a failed one', async () => {
      const id = idOf(alice);
      const failing = (): Promise<never> => Promise.reject(new Error('failed'));
      const first = sessions().withSession(id, failing, { exclusive: true });
      const second = sessions().withSession(id, whoAmI, { exclusive: true });
      await expect(first).rejects.toThrow('failed');
      expect(await second).toBe(did);
    });

    it('is cancelled with the reason if its caller leaves, and then never starts', async () => {
      const id = idOf(alice);
      const [first, left, last] = [watched(), watched(), watched()];
      const [leaving, reason] = [new AbortController(), new Error('the caller left')];
      const running = sessions().withSession(id, first.use, { exclusive: true });
      await until(
        'the first use has begun',
        () => first.begun.length,
        count => count === 1,
      );
      const { signal } = leaving;
      const waiting = sessions().withSession(id, left.use, { exclusive: true, signal });
      const gone = sessions().withSession(id, left.use, {
        exclusive: true,
        signal: AbortSignal.abort(reason),
      });
      await expect(gone).rejects.toBe(reason);
      leaving.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      const behind = sessions().withSession(id, last.use, { exclusive: true });
      await delay(A_MOMENT_MS);
      expect(last.begun).toEqual([]);
      for (const { release } of [first, last]) release();
      await Promise.all([running, behind]);
      expect([left.begun.length, last.begun.length]).toEqual([0, 1]);
    });
  });

  describe('whose caller leaves', () => {
    it('stops waiting for a refresh with the reason, and the refresh continues', async () => {
      const session = alice ?? fail();
      const digest = await session.digest();
      await session.age(60);
      await place().network.armFault({
        match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
        effect: { kind: 'delay', moment: 'after', milliseconds: 1_000 },
      });
      const [leaving, reason] = [new AbortController(), new Error('the caller left')];
      const { signal } = leaving;
      const using = sessions().withSession(session.id, whoAmI, { signal });
      const staying = sessions().withSession(session.id, whoAmI);
      const error = using.catch((caught: unknown) => caught);
      await until(
        'the refresh is sent',
        () => session.state(),
        state => state.attempt_state === 'sent',
      );
      leaving.abort(reason);
      expect(await error).toBe(reason);
      expect(await session.state()).toMatchObject({ generation: 1, attempt_state: 'sent' });
      expect(await staying).toBe(did);
      expect(await session.state()).toMatchObject({ status: 'active', generation: 2, attempt_state: null });
      expect(await session.exchangesOf(digest)).toBe(1);
    });
  });
}

const needsOwner = { name: 'BrokerError', code: 'ReauthorizationRequired' };

function fail(): never {
  throw new Error('nobody has signed in');
}

/** Returns the account that the PDS recognizes. */
async function whoAmI(access: SessionAccess): Promise<string> {
  const answer = await access.fetch('/xrpc/com.atproto.server.getSession', GET);
  const { did } = JSON.parse(await readText(answer, 10_000)) as { did: Did };
  return did;
}

type WatchedUse = { use: (access: SessionAccess) => Promise<void>; begun: string[]; release: () => void };

/** A use that lasts until it is released, and records its start. */
function watched(): WatchedUse {
  const begun: string[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const use = async ({ did }: SessionAccess): Promise<void> => {
    begun.push(did);
    await promise;
  };
  return {
    use,
    begun,
    release: () => {
      resolve(undefined);
    },
  };
}

async function generationsOf(...sessions: TestSession[]): Promise<number[]> {
  return Promise.all(sessions.map(async session => (await session.state()).generation));
}
