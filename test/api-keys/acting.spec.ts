import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { Grants } from '../../src/oauth/refresh/grants.service.ts';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { byTest, callWith, grantKey, type TestKey } from '../broker/issued-key.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { isAccessTokenLive, sessionById } from '../login/granted.ts';
import { openSession } from '../password-sessions/calls.ts';
import { signIn } from '../refresher/test-session.ts';

const collection = 'app.bsky.feed.post';
const json = { 'content-type': 'application/json' };
const DAY_MS = 24 * 60 * 60_000;
const DEADLINE = 'latchkey-needs-owner-by';
const WHO = 'GET /xrpc/com.atproto.server.getSession';

describeBroker('a bot with only its key', suite);

function suite(broker: () => TestBroker): void {
  let key: TestKey;
  beforeAll(async () => {
    key = await grantKey(broker());
  });

  it('learns which account it acts for', async () => {
    const { did, handle } = accountOf(broker(), 'alice.test');
    const answer = await callWith(broker(), key, 'GET /api/me');
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        did,
        handle,
        pds: broker().network.pds,
        credential: 'api-key',
        scope: 'atproto transition:generic',
        expiresAt: null,
        needsOwnerBy: key.needsOwnerBy.toISOString(),
      },
    ]);
    // A loopback client's session lives for two weeks.
    const { grantedAt } = await sessionById(broker(), key.sessionId);
    expect(key.needsOwnerBy.getTime() - grantedAt.getTime()).toBe(14 * DAY_MS);
    expect(answer.headers.get(DEADLINE)).toBeNull();
  });

  it('learns in its last week when its owner is needed, also with a password session', async () => {
    const brief = await grantKey(broker(), 'alice.test', { expiresInDays: 6 });
    expect(brief.needsOwnerBy).toEqual(brief.expiresAt);
    const { accessJwt } = await openSession(broker(), brief);
    for (const secret of [brief.secret, accessJwt]) {
      const me = await callWith(broker(), { secret }, 'GET /api/me');
      const told = brief.expiresAt?.toISOString();
      expect([
        me.headers.get(DEADLINE),
        ((await me.json()) as { needsOwnerBy: string }).needsOwnerBy,
      ]).toEqual([told, told]);
      const listed = await callWith(broker(), { secret }, 'GET /xrpc/com.atproto.server.describeServer');
      expect([listed.status, listed.headers.get(DEADLINE)]).toEqual([200, told]);
    }
    expect((await callWith(broker(), key, WHO)).headers.get(DEADLINE)).toBeNull();
  });

  it('posts, reads and uploads', async () => {
    const record = { $type: collection, text: 'from a bot', createdAt: new Date().toISOString() };
    const body = JSON.stringify({ repo: key.did, collection, record });
    const created = await callWith(broker(), key, 'POST /xrpc/com.atproto.repo.createRecord', {
      headers: json,
      body,
    });
    const { uri } = (await created.json()) as { uri: string };
    const query = new URLSearchParams({ repo: key.did, collection, rkey: uri.split('/').at(-1) ?? '' });
    const read = await callWith(broker(), key, `GET /xrpc/com.atproto.repo.getRecord?${query.toString()}`);
    expect(await read.json()).toMatchObject({ uri, value: record });
    const uploaded = await callWith(broker(), key, 'POST /xrpc/com.atproto.repo.uploadBlob', {
      headers: { 'content-type': 'application/octet-stream' },
      body: randomBytes(100_000),
    });
    expect(await uploaded.json()).toMatchObject({ blob: { size: 100_000 } });
  });

  it('keeps working when its owner signs out of the web, and its owner stays signed in when the key is revoked', async () => {
    const [staying, leaving, other] = [
      await signIn(broker()),
      await signIn(broker()),
      await grantKey(broker()),
    ];
    expect((await leaving.browser.post('/oauth/logout', {})).status).toBe(204);
    expect((await callWith(broker(), other, WHO)).status).toBe(200);
    const revoked = await staying.browser.request('DELETE', `/api/keys/${other.id}`);
    expect(revoked.status).toBe(204);
    expect((await callWith(broker(), other, WHO)).status).toBe(401);
    expect(await staying.call()).toMatchObject({ status: 200 });
    expect((await callWith(broker(), key, WHO)).status).toBe(200);
  });

  it('has its own session: two keys of one account are refreshed and revoked independently', async () => {
    const [first, second] = [await grantKey(broker()), await grantKey(broker())];
    const refresh = ({ sessionId }: TestKey) =>
      broker().app.get(Refresher).refresh(sessionId, { kind: 'forced' });
    expect(await Promise.all([refresh(first), refresh(second), refresh(first)])).not.toContainEqual(
      expect.objectContaining({ kind: 'failed' }),
    );
    const live = await sessionById(broker(), first.sessionId);
    await broker().app.get(ApiKeys).revoke(first.id, first.did, byTest);
    expect(await isAccessTokenLive(broker(), live)).toBe(false);
    expect((await callWith(broker(), first, WHO)).status).toBe(401);
    expect((await callWith(broker(), second, WHO)).status).toBe(200);
    expect(await refresh(second)).toEqual({ kind: 'refreshed' });
    expect((await callWith(broker(), second, WHO)).status).toBe(200);
  });

  it('works again after its owner reconnects the key, and no other key does', async () => {
    const [lost, stillLost] = [await grantKey(broker()), await grantKey(broker())];
    for (const { sessionId } of [lost, stillLost]) await loseGrant(broker(), sessionId);
    const refused = await callWith(broker(), lost, WHO);
    const reconnectUrl = `${broker().publicUrl}/oauth/login?reconnect=${lost.sessionId}`;
    expect([refused.status, await refused.json()]).toEqual([
      401,
      { error: 'ReauthorizationRequired', message: expect.any(String), reconnectUrl },
    ]);
    expect(refused.headers.get('latchkey-error')).toBe('ReauthorizationRequired');

    const owner = broker().browser();
    const begun = await owner.open(reconnectUrl.slice(broker().publicUrl.length));
    const authorizeUrl = new URL(begun.headers.get('location') ?? '');
    const callback = await owner.authorize(authorizeUrl, accountOf(broker(), 'alice.test'));
    expect((await owner.openCallback(callback)).status).toBe(303);
    expect((await callWith(broker(), lost, WHO)).status).toBe(200);
    expect((await callWith(broker(), stillLost, WHO)).status).toBe(401);
    expect((await callWith(broker(), key, WHO)).status).toBe(200);
  });
}

/** Revokes a grant at the PDS, and waits until the broker has noticed. */
async function loseGrant(broker: TestBroker, sessionId: SessionId): Promise<void> {
  const session = await sessionById(broker, sessionId);
  await broker.app.get(Grants).revoke({ ...session, ...session.secrets });
  await broker.app.get(Refresher).refresh(sessionId, { kind: 'forced' });
}
