import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';
import { KeyRequestRepository } from '../../src/api-keys/requests/stored/key-request.repository.ts';
import type { KeyRequestFailPoint } from '../../src/config/values/fail-point.ts';
import { sweepNow } from '../background/due.ts';
import { startTestBroker } from '../broker/test-broker.ts';
import { letGraceEnd } from '../broker/older-session.ts';
import type { Broker } from '../network/broker-process.ts';
import { exchange } from '../network/http-exchange.ts';
import { type AskedKey, authorizeKey, type ClaimedKey, claimCodeOf, KeyAsker } from '../network/key-asker.ts';
import type { Account } from '../network/network-control.ts';
import type { SessionView } from '../refresher/deployment.ts';
import { describeProcesses } from '../refresher/describe-processes.ts';
import { until } from '../until.ts';
import { makeRowOlder } from './rows.ts';

const LIFE_SECONDS = 15 * 60;

type KeyView = { id: string; status: string; lastUsedAt: string | null };

/** Each test continues where the one before stopped: its broker replaces the killed one. */
describeProcesses('a broker that is killed while a key is made', place => {
  let alice: Account;
  let broker: Broker | undefined;
  let asked: AskedKey;
  let code: string;
  let claimed: ClaimedKey;
  let grants: number;
  beforeAll(async () => {
    const account = place().network.accounts.find(({ handle }) => handle === 'alice.test');
    if (!account) throw new Error('the network has no account alice.test');
    alice = account;
    grants = await place().network.countGrants(alice.did);
  });
  afterAll(() => broker?.stop());

  const startUpTo = async (point?: KeyRequestFailPoint): Promise<Broker> => {
    broker = await place().deployment.start();
    if (point) await broker.arm(point, 'exit');
    return broker;
  };
  const running = (): Broker => {
    if (!broker) throw new Error('the test before has left no broker');
    return broker;
  };
  const dies = async (doomed: Broker, work: Promise<unknown>): Promise<void> => {
    await expect(work).rejects.toThrow();
    expect(await doomed.exited).toMatchObject({ signal: 'SIGKILL' });
  };
  /** Runs every sweep in this process, whose time can be confirmed. That of a new one is not before an hour. */
  const sweep = async (at: Broker): Promise<void> => {
    const { dialect, database, deployment } = place();
    const inPlaceOf = deployment.addressOf(at);
    const sweeper = await startTestBroker(dialect, database, { inPlaceOf });
    await sweepNow(sweeper).finally(() => sweeper.app.close());
  };
  const ask = ({ url }: Broker): Promise<AskedKey> => new KeyAsker(url).ask({ identifier: 'alice.test' });
  const authorize = (at: Broker): Promise<Response> =>
    authorizeKey(place().deployment.browser(at), asked, alice);
  const activeSessions = async (at: Broker): Promise<SessionView[]> => {
    const path = `/api/sessions?status=active&did=${alice.did}`;
    return ((await place().deployment.operate(at, 'GET', path)) as { sessions: SessionView[] }).sessions;
  };
  const hasGrants = async (): Promise<boolean> => (await place().network.countGrants(alice.did)) === grants;

  it('leaves a request that expires, and a grant that the next one revokes', async () => {
    const first = await startUpTo('request_created');
    await dies(first, ask(first));
    const second = await startUpTo('request_granted');
    asked = await ask(second);
    await dies(second, authorize(second));
    expect(await place().network.countGrants(alice.did)).toBe(grants + 1);
    await place().deployment.withDatabase((database, _mac, box) =>
      letGraceEnd(database, new SessionSecretsBox(box)),
    );
    await sweep(second);
    expect(await hasGrants()).toBe(true);
  });

  it('lets the owner authorize again, and revokes the session whose code was never shown', async () => {
    const third = await startUpTo('request_authorized');
    expect(await activeSessions(third)).toEqual([]);
    await dies(third, authorize(third));
    await place().deployment.withDatabase(async (database, mac) => {
      const repository = new KeyRequestRepository(database, mac);
      const requests = await database.selectFrom('key_request').select(['id', 'status']).execute();
      expect(requests.map(({ status }) => status).sort()).toEqual(['authorized', 'pending']);
      for (const { id } of requests) await makeRowOlder(database, repository, id, LIFE_SECONDS);
    });
    await sweep(third);
    const fourth = await startUpTo('request_claiming');
    expect(await hasGrants()).toBe(true);
    expect(await activeSessions(fourth)).toEqual([]);
  });

  it('lets the key be claimed again, whether it was stored or not', async () => {
    const fourth = running();
    asked = await ask(fourth);
    code = await claimCodeOf(await authorize(fourth));
    await dies(fourth, new KeyAsker(fourth.url).claim(asked, code));
    const fifth = await startUpTo('request_claimed');
    expect(await (await new KeyAsker(fifth.url).poll(asked)).json()).toMatchObject({
      status: 'authorized',
    });
    await dies(fifth, new KeyAsker(fifth.url).claim(asked, code));
    const last = await startUpTo();
    claimed = await new KeyAsker(last.url).claim(asked, code);
  });

  it('lists the one key that was stored, so that the owner can revoke it', async () => {
    const last = running();
    const { keys } = (await place().deployment.operate(last, 'GET', `/api/keys?did=${alice.did}`)) as {
      keys: KeyView[];
    };
    expect(keys).toEqual([expect.objectContaining({ id: claimed.id, status: 'active', lastUsedAt: null })]);
    await place().deployment.operate(last, 'DELETE', `/api/keys/${keys[0]?.id ?? ''}`);
    await until('the grants are as before', hasGrants);
    const asker = new KeyAsker(last.url);
    asked = await ask(last);
    const { secret } = await asker.claim(asked, await claimCodeOf(await authorize(last)));
    const headers = { authorization: `Bearer ${secret}` };
    expect((await exchange(new URL('/api/me', last.url), { headers })).status).toBe(200);
  });
});
