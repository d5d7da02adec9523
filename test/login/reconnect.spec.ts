import { beforeAll, expect, it } from '@jest/globals';
import { Reconnections } from '../../src/sessions/endings/reconnections.service.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import type { Did } from '../../src/database/tables/did.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Account } from '../network/network-control.ts';
import { problemOf } from './answers.ts';
import { isAccessTokenLive, sessionOf } from './granted.ts';

describeBroker("reconnecting a key's session", suite);

function suite(broker: () => TestBroker): void {
  /** Own accounts, because their grants are counted. */
  let owner: Account;
  let stranger: Account;
  beforeAll(async () => {
    owner = await broker().network.createAccount(`again-${broker().dialect}.test`);
    stranger = await broker().network.createAccount(`wrong-${broker().dialect}.test`);
  });

  it('gives the session the grant that its owner authorizes, and signs no browser in', async () => {
    const { id, did } = await lostKeySession(broker(), owner);
    const browser = broker().browser();
    const answer = await browser.openCallback(await authorize(browser, id, owner));
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/?done=reconnected');
    expect(browser.cookie('latchkey')).toBeUndefined();

    const session = await sessionOf(broker(), did);
    expect(session).toMatchObject({ id, purpose: 'api_key', generation: 3, reason: null });
    expect(await isAccessTokenLive(broker(), session)).toBe(true);
  });

  it('refuses another account, and revokes its grant', async () => {
    const { id } = await lostKeySession(broker(), owner);
    const before = await broker().network.countGrants(stranger.did);
    const browser = broker().browser();
    const answer = await browser.openCallback(await authorize(browser, id, stranger));
    expect(await problemOf(answer)).toBe('WrongAccount');
    expect(await broker().network.countGrants(stranger.did)).toBe(before);
    expect(await statusOf(broker(), id)).toBe('needs_reauth');
  });

  it('is refused if no key needs its owner', async () => {
    const browser = broker().browser();
    await browser.login(owner.handle, owner);
    const { id } = await newestSession(broker());
    for (const target of [id, '00000000-0000-4000-8000-000000000000']) {
      const answer = await browser.open(`/oauth/login?reconnect=${target}`);
      expect(await problemOf(answer)).toBe('NotFound');
    }
  });

  it('succeeds for one of two simultaneous callbacks, and revokes the other grant', async () => {
    const { id, did } = await lostKeySession(broker(), owner);
    const browsers = [broker().browser(), broker().browser()];
    const callbacks = await Promise.all(browsers.map(browser => authorize(browser, id, owner)));
    const before = await broker().network.countGrants(did);
    await Promise.all(
      callbacks.map(async (callback, index) => {
        await browsers[index]?.openCallback(callback);
      }),
    );
    expect(await broker().network.countGrants(did)).toBe(before + 1);
    expect(await statusOf(broker(), id)).toBe('active');
    await expect(broker().app.get(Reconnections).getReconnection(id)).rejects.toMatchObject({
      code: 'NotFound',
    });
  });
}

/** Stores a key's session with an ended, made-up grant. */
async function lostKeySession(broker: TestBroker, owner: Account): Promise<{ id: SessionId; did: Did }> {
  await broker.browser().login(owner.handle, owner);
  const session = await sessionOf(broker, owner.did);
  await broker.database.updateTable('oauth_session').set({ status: 'revoked', sealed: null }).execute();
  const made = await broker.app
    .get(SessionRepository)
    .insertSession({ ...session, ...session.secrets }, { handle: owner.handle, purpose: 'api_key' });
  await broker.database
    .updateTable('oauth_session')
    .set({ status: 'needs_reauth', reason: 'revoked', generation: 2 })
    .where('id', '=', made.id)
    .execute();
  return made;
}

async function authorize(browser: BrowserClient, sessionId: SessionId, as: Account): Promise<URL> {
  const begun = await browser.open(`/oauth/login?reconnect=${sessionId}`);
  expect(begun.status).toBe(303);
  return browser.authorize(new URL(begun.headers.get('location') ?? ''), as);
}

function newestSession({ database }: TestBroker): Promise<{ id: SessionId }> {
  return database
    .selectFrom('oauth_session')
    .select('id')
    .orderBy('granted_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
}

async function statusOf({ database }: TestBroker, id: SessionId): Promise<string | undefined> {
  const query = database.selectFrom('oauth_session').select('status').where('id', '=', id);
  return (await query.executeTakeFirst())?.status;
}
