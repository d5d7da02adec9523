import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SessionRevocation } from '../../src/sessions/endings/session-revocation.service.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { NewGrants } from '../../src/sessions/endings/new-grants.service.ts';
import { ReconnectionRepository } from '../../src/sessions/endings/reconnection.repository.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import type { Grant } from '../../src/oauth/authorization/grant.ts';
import type { Did } from '../../src/database/tables/did.ts';
import { callWith } from '../broker/issued-key.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { problemOf } from '../login/answers.ts';
import type { Account } from '../network/network-control.ts';
import { authorizeKey, type ClaimedKey, claimCodeOf, KeyAsker } from '../network/key-asker.ts';
import { sharedNetwork } from '../network/network.ts';
import type { ConsentOptions } from '../network/pds-pages.ts';
import { entries, narrow, publish, standInForNameServers, tags, untilKnown, whole } from './crates.ts';
import { asId } from '../ids.ts';

const nsid = 'com.example.crate.keys';
const include = `include:${nsid}`;
const scope = `atproto ${include} blob:image/*`;

type Me = { scope: string; scopeShortfall?: string[]; reconsentUrl?: string };

describe.each([
  ['whose permission sets are known', true],
  ['whose permission sets cannot be resolved', false],
])('keys of a broker %s', (_kind, known) => {
  beforeAll(async () => {
    const authority = await publish({ network: await sharedNetwork() }, nsid, whole);
    standInForNameServers(() => Promise.resolve(known ? [`did=${authority}`] : null));
  });
  afterAll(() => {
    jest.restoreAllMocks();
  });

  const run = (broker: () => TestBroker): void => {
    suite(broker, known);
  };
  describeBroker('at a real PDS', run, {
    confidential: true,
    anyDatabase: !known,
    settings: { LATCHKEY_SCOPE: `${scope} transition:generic` },
  });
});

function suite(broker: () => TestBroker, known: boolean): void {
  let owner: Account;
  beforeEach(async () => {
    await publish(broker(), nsid, whole);
    if (known) await untilKnown(broker(), nsid);
    owner = await broker().network.createAccount(`keys-${randomBytes(4).toString('hex')}.test`);
  });

  const obtain = async (options?: ConsentOptions): Promise<ClaimedKey> => {
    const asker = new KeyAsker(broker().url);
    const asked = await asker.ask({ identifier: owner.did, scope });
    return asker.claim(
      asked,
      await claimCodeOf(await authorizeKey(broker().browser(), asked, owner, options)),
    );
  };
  const meOf = async (key: ClaimedKey): Promise<Me> =>
    (await (await callWith(broker(), key, 'GET /api/me')).json()) as Me;
  const write = async (key: ClaimedKey, collection: string): Promise<number> => {
    const body = JSON.stringify({
      repo: owner.did,
      collection,
      record: { $type: collection },
      validate: false,
    });
    const headers = { 'content-type': 'application/json' };
    return (await callWith(broker(), key, 'POST /xrpc/com.atproto.repo.createRecord', { headers, body }))
      .status;
  };
  const sessionOf = async (key: ClaimedKey): Promise<{ id: string; scope: string; status: string }> =>
    broker()
      .database.selectFrom('oauth_session')
      .innerJoin('api_key', 'api_key.session_id', 'oauth_session.id')
      .select(['oauth_session.id', 'oauth_session.scope', 'oauth_session.status'])
      .where('api_key.id', '=', asId(key.id))
      .executeTakeFirstOrThrow();
  /** Makes the key's session need its owner. */
  const lose = async (key: ClaimedKey): Promise<string> => {
    const { id } = await sessionOf(key);
    const change = { status: 'needs_reauth', reason: 'revoked' } as const;
    await broker()
      .database.updateTable('oauth_session')
      .set(row => ({ ...change, generation: row('generation', '+', 1) }))
      .where('id', '=', asId(id))
      .execute();
    broker().app.get(SessionCache).forget(asId(id));
    return id;
  };
  const reconnect = async (id: string, as: Account, options?: ConsentOptions): Promise<Response> => {
    const browser = broker().browser();
    const begun = await browser.open(`/oauth/login?reconnect=${id}`);
    const consent = new URL(begun.headers.get('location') ?? '', broker().url);
    return browser.openCallback(await browser.authorize(consent, as, options));
  };

  it('with a permission set may do what the set holds', async () => {
    const key = await obtain();
    expect(key.scope.split(' ')).toContain(`repo?collection=${entries}&collection=${tags}`);
    expect([await write(key, tags), await write(key, 'app.bsky.feed.post')]).toEqual([200, 403]);
    expect(await meOf(key)).not.toHaveProperty('scopeShortfall');
  });

  it('are reconnected with the current contents of the set, more or less', async () => {
    await publish(broker(), nsid, narrow);
    const key = await obtain();
    expect(await write(key, entries)).toBe(403);
    await publish(broker(), nsid, whole);
    expect(await problemOf(await reconnect(await lose(key), owner))).toBeUndefined();
    expect(await sessionOf(key)).toMatchObject({
      status: 'active',
      scope: expect.stringContaining(entries) as unknown,
    });
    expect([await write(key, entries), await write(key, 'app.bsky.feed.post')]).toEqual([200, 403]);

    await publish(broker(), nsid, narrow);
    expect(await problemOf(await reconnect(await lose(key), owner))).toBeUndefined();
    expect([await write(key, tags), await write(key, entries)]).toEqual([200, 403]);
  });

  it('report a shortfall that their owner may grant later, which keeps the session and revokes its old grant', async () => {
    const key = await obtain({ scope: `atproto ${include}` });
    const me = await meOf(key);
    const { id } = await sessionOf(key);
    expect(me.scopeShortfall).toEqual(['blob:image/*']);
    expect(me.reconsentUrl).toBe(`${broker().publicUrl}/oauth/login?reconnect=${id}`);

    const stranger = await broker().network.createAccount(`other-${randomBytes(4).toString('hex')}.test`);
    expect(await problemOf(await reconnect(id, stranger))).toBe('WrongAccount');
    expect(await broker().network.countGrants(stranger.did)).toBe(0);
    expect(await write(key, tags)).toBe(200);

    const grants = await broker().network.countGrants(owner.did);
    expect(await problemOf(await reconnect(id, owner))).toBeUndefined();
    expect(await broker().network.countGrants(owner.did)).toBe(grants);
    expect(await meOf(key)).toMatchObject({ scope: expect.stringContaining('blob:image/*') as unknown });
    expect(await meOf(key)).not.toHaveProperty('scopeShortfall');
    expect(await write(key, tags)).toBe(200);
    const browser = broker().browser();
    await browser.login(owner.did, owner);
    const { keys } = (await (await browser.get('/api/keys')).json()) as { keys: ClaimedKey[] };
    expect(keys).toMatchObject([{ id: key.id, scope: expect.stringContaining('blob:image/*') as unknown }]);

    // No permission is missing, so the link has no effect.
    expect(await problemOf(await broker().browser().open(`/oauth/login?reconnect=${id}`))).toBe('NotFound');
  });

  it('get one new grant, and the second one is revoked', async () => {
    const key = await obtain({ scope: `atproto ${include}` });
    const { id } = await sessionOf(key);
    const begun = await Promise.all(
      [broker().browser(), broker().browser()].map(async browser => {
        const answer = await browser.open(`/oauth/login?reconnect=${id}`);
        const consent = new URL(answer.headers.get('location') ?? '');
        return { browser, callback: await browser.authorize(consent, owner) };
      }),
    );
    const problems = await Promise.all(
      begun.map(async ({ browser, callback }) => problemOf(await browser.openCallback(callback))),
    );
    expect(problems.sort()).toEqual(['NotFound', undefined]);
    expect(await broker().network.countGrants(owner.did)).toBe(1);
    expect(await write(key, tags)).toBe(200);
  });

  it('revoke their old grant, even after a crash', async () => {
    const key = await obtain({ scope: `atproto ${include}` });
    await broker().browser().login(owner.did, owner);
    const grant = await grantOf(broker(), owner.did);
    const another = await broker().app.get(NewGrants).store(grant, 'api_key');
    const { id } = await sessionOf(key);
    const reconnections = broker().app.get(ReconnectionRepository);
    const session = await broker().app.get(SessionRepository).findSession(asId(id));
    if (!session) throw new Error('the key has no session');
    expect(await reconnections.storeGrant(session, another)).toMatchObject({
      session: { id, generation: 2 },
    });
    expect(await reconnections.storeGrant(session, another)).toBeUndefined();
    expect(await broker().network.countGrants(owner.did)).toBe(2);
    await broker().app.get(SessionRevocation).retryRevocations(1000);
    expect(await broker().network.countGrants(owner.did)).toBe(1);
    broker().app.get(SessionCache).forget(asId(id));
    expect(await write(key, tags)).toBe(200);
  });

  it('request exactly the original scope again, of which their owner may grant less', async () => {
    const key = await obtain();
    const id = await lose(key);
    const row = await broker()
      .database.selectFrom('oauth_session')
      .select('asked_scope')
      .where('id', '=', asId(id))
      .executeTakeFirstOrThrow();
    expect(row.asked_scope).toBe(scope);
    expect((await sessionOf(key)).scope).not.toContain('transition:generic');
    expect(await problemOf(await reconnect(id, owner, { scope: 'atproto' }))).toBeUndefined();
    expect((await meOf(key)).scopeShortfall).toEqual([include, 'blob:image/*']);
  });
}

/** Returns the grant of the browser session of an account. */
async function grantOf({ app, database }: TestBroker, did: Did): Promise<Grant> {
  const { id } = await database
    .selectFrom('oauth_session')
    .select('id')
    .where('did', '=', did)
    .where('purpose', '=', 'ui')
    .executeTakeFirstOrThrow();
  const session = await app.get(SessionRepository).findSession(id);
  if (!session?.secrets) throw new Error('the browser has no session');
  return { ...session, ...session.secrets };
}
