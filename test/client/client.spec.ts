import { beforeAll, expect, it } from '@jest/globals';
import { Client, ok } from '@atcute/client';
import { Agent } from '@atproto/api';
import { decodeJwt } from 'jose';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { brokerErrorOf, KeyRefused, LatchkeyClient, NeedsOwner, requestKey } from '../../src/client/index.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { byTest, grantKey, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { authorizeKey, claimCodeOf } from '../network/key-asker.ts';
import { FakeClock } from './fake-clock.ts';

describeBroker('the client at a broker', suite, { anyDatabase: true });

function suite(broker: () => TestBroker): void {
  let key: TestKey;
  let client: LatchkeyClient;
  beforeAll(async () => {
    key = await grantKey(broker());
    client = new LatchkeyClient({ broker: broker().url, key: key.secret });
  });

  const uriOfPost = expect.stringMatching(/^at:\/\/did:plc:\w+\/app\.bsky\.feed\.post\/\w+$/);
  const newClient = async (): Promise<{ key: TestKey; client: LatchkeyClient }> => {
    const session = await storeSession(broker(), broker().network.pds, {}, 'api_key');
    const made = await issueKey(broker(), session);
    return { key: made, client: new LatchkeyClient({ broker: broker().url, key: made.secret }) };
  };

  it('lets Agent of @atproto/api post and upload', async () => {
    const { did, handle, credential } = await client.me();
    expect([did, handle, credential]).toEqual([key.did, 'alice.test', 'api-key']);
    const agent = new Agent({ did, fetchHandler: client.fetchHandler });
    const { data } = await agent.uploadBlob(Buffer.from('a picture'), { encoding: 'image/png' });
    expect(data.blob.size).toBe(9);
    const { uri } = await agent.post({ text: 'from Agent' });
    expect(uri).toEqual(uriOfPost);
    await expect(agent.com.atproto.server.deleteSession()).rejects.toMatchObject({
      error: 'ProtectedMethod',
    });
  });

  it('lets @atcute/client post', async () => {
    const atcute = new Client({ handler: client.fetchHandler });
    const record = { $type: 'app.bsky.feed.post', text: 'from atcute', createdAt: new Date().toISOString() };
    const input = { repo: key.did, collection: 'app.bsky.feed.post', record };
    const answer = await atcute.post('com.atproto.repo.createRecord' as never, { input } as never);
    expect(ok(answer)).toMatchObject({ uri: uriOfPost });
  });

  it('mints a service token', async () => {
    const asked = { aud: 'did:web:registry.example.com', lxm: 'com.example.registry.push' };
    const { token, cached } = await client.serviceToken(asked);
    expect([decodeJwt(token), cached]).toMatchObject([{ iss: key.did, ...asked }, false]);
    expect((await client.serviceToken({ ...asked, minValiditySeconds: 1 })).cached).toBe(true);
  });

  it('tells a bot which page its owner must open', async () => {
    const { key: needy, client: bot } = await newClient();
    await broker()
      .database.updateTable('oauth_session')
      .set({ status: 'needs_reauth', reason: 'revoked' })
      .where('id', '=', needy.sessionId)
      .execute();
    broker().app.get(SessionCache, { strict: false }).forget(needy.sessionId);
    const reconnectUrl = `${broker().publicUrl}/oauth/login?reconnect=${needy.sessionId}`;
    const agent = new Agent({ did: needy.did, fetchHandler: bot.fetchHandler });
    const wrapped: unknown = await agent.post({ text: 'x' }).catch((error: unknown) => error);
    expect(wrapped).toMatchObject({ status: 401, message: expect.stringContaining(reconnectUrl) });
    for (const error of [wrapped, await bot.me().catch((error: unknown) => error)]) {
      expect(brokerErrorOf(error)).toBeInstanceOf(NeedsOwner);
      expect(brokerErrorOf(error)).toMatchObject({ reconnectUrl });
    }
  });

  it('tells a bot that its key has ended', async () => {
    const { key: ended, client: bot } = await newClient();
    await broker().app.get(ApiKeys).revoke(ended.id, undefined, byTest);
    await expect(bot.me()).rejects.toBeInstanceOf(KeyRefused);
    await expect(bot.fetchHandler('/xrpc/com.atproto.server.getSession')).rejects.toBeInstanceOf(KeyRefused);
  });

  it('gets a key from its owner', async () => {
    const alice = accountOf(broker(), 'alice.test');
    const clock = new FakeClock();
    const asked = await requestKey({
      broker: broker().url,
      clock,
      identifier: alice.handle,
      name: 'Weather bot',
      scope: 'atproto transition:generic',
      expiresInDays: 90,
    });
    expect(await asked.status()).toBe('pending');
    const code = await claimCodeOf(await authorizeKey(broker().browser(), asked, alice));
    await asked.untilAuthorized();
    await expect(asked.claim('0000-0000')).rejects.toMatchObject({ code: 'WrongClaimCode' });
    const claimed = await asked.claim(code);
    const bot = new LatchkeyClient({ broker: broker().url, key: claimed.secret });
    expect(await bot.me()).toMatchObject({
      did: alice.did,
      scope: claimed.scope,
      expiresAt: claimed.expiresAt,
      needsOwnerBy: expect.any(String),
    });
  });

  it('is told when it asks for an account that does not exist', async () => {
    const asked = { broker: broker().url, identifier: 'nobody.test', name: 'bot', scope: 'atproto' };
    await expect(requestKey(asked)).rejects.toMatchObject({ name: 'BrokerError', code: 'AccountNotFound' });
  });
}
