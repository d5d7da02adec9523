import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ApiKeyLastUse } from '../../src/api-keys/keys/api-key-last-use.service.ts';
import { ApiKeyCache } from '../../src/api-keys/keys/api-key.cache.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import type { Did } from '../../src/database/tables/did.ts';
import { listEvents } from '../audit/events.ts';
import { stopBackground, sweepNow } from '../background/due.ts';
import { callWith, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { until } from '../until.ts';
import { operate, type OperatorAnswer } from '../sessions/operate.ts';
import { asId } from '../ids.ts';

const alice = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
const bob = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb';
const MOST_KEYS = 4;
const HOUR_MS = 60 * 60_000;

type Listed = {
  id: string;
  status: string;
  name: string;
  revokedAt: string | null;
  previousUntil: string | null;
};

describeBroker('an API key', suite, { settings: { LATCHKEY_KEYS_PER_ACCOUNT: String(MOST_KEYS) } });

function suite(broker: () => TestBroker): void {
  beforeAll(() => stopBackground(broker()));
  beforeEach(async () => {
    for (const table of ['api_key', 'ui_session'] as const)
      await broker().database.deleteFrom(table).execute();
    broker()
      .app.get(ApiKeyCache)
      .forgetWhere(() => true);
  });

  const keySession = (did: Did = alice): Promise<Session> =>
    storeSession(broker(), broker().network.pds, { did }, 'api_key');
  const newKey = async (did: Did = alice, expiresAt: Date | null = null): Promise<TestKey> =>
    issueKey(broker(), await keySession(did), { expiresAt });
  const statusWith = async (key: Pick<TestKey, 'secret'>): Promise<number> =>
    (await callWith(broker(), key, 'GET /api/me')).status;
  const listOf = async (did: Did): Promise<Listed[]> =>
    (await ownerAsks(broker(), did, 'GET /api/keys')).body.keys as Listed[];

  it('is listed for its owner and the operator alone, without secret and digest', async () => {
    const [mine, other] = [await newKey(alice, new Date('2099-01-01')), await newKey(bob)];
    const { body } = await ownerAsks(broker(), alice, `GET /api/keys?did=${bob}`);
    expect(body).toEqual({
      keys: [
        {
          id: mine.id,
          start: mine.secret.slice(0, 12),
          did: alice,
          name: 'a bot',
          scope: 'atproto transition:generic',
          sessionId: mine.sessionId,
          createdAt: expect.any(String),
          expiresAt: '2099-01-01T00:00:00.000Z',
          lastUsedAt: null,
          lastUsedClient: null,
          lastUsedNetwork: null,
          revokedAt: null,
          previousUntil: null,
          needsOwnerBy: mine.needsOwnerBy.toISOString(),
          status: 'active',
        },
      ],
    });
    const pages = [await operate(broker(), 'GET /api/keys?limit=1')];
    pages.push(await operate(broker(), `GET /api/keys?limit=1&cursor=${String(pages[0]?.body.cursor)}`));
    const ids = pages.flatMap(page => (page.body.keys as Listed[]).map(({ id }) => id));
    expect(ids).toEqual([mine.id, other.id].sort());
    const ofBob = await operate(broker(), `GET /api/keys?did=${bob}`);
    expect(ofBob.body).toMatchObject({ keys: [{ id: other.id }] });
  });

  it('is unknown to another account', async () => {
    const key = await newKey(bob);
    for (const line of [
      `DELETE /api/keys/${key.id}`,
      `POST /api/keys/${key.id}/rotate`,
      `DELETE /api/keys/${key.id}/previous-secret`,
      'DELETE /api/keys/x%00',
    ])
      expect(await ownerAsks(broker(), alice, line)).toMatchObject({
        status: 404,
        body: { error: 'NotFound' },
      });
    expect(await statusWith(key)).toBe(200);
  });

  it('gets a new secret at once when it is rotated, and keeps its id and its session', async () => {
    const key = await newKey(alice, new Date('2099-01-01'));
    expect(await statusWith(key)).toBe(200);
    const { status, body } = await ownerAsks(broker(), alice, `POST /api/keys/${key.id}/rotate`);
    expect([status, body]).toEqual([
      200,
      {
        id: key.id,
        secret: expect.stringMatching(/^ckapi_[0-9a-f]{64}$/),
        start: String(body.secret).slice(0, 12),
        did: alice,
        name: 'a bot',
        scope: 'atproto transition:generic',
        expiresAt: '2099-01-01T00:00:00.000Z',
        needsOwnerBy: key.needsOwnerBy.toISOString(),
      },
    ]);
    expect(await statusWith(key)).toBe(401);
    expect(await statusWith({ secret: String(body.secret) })).toBe(200);
    expect((await rowOf(broker(), key.id)).session_id).toBe(key.sessionId);
    expect((await changesOf(broker(), key.id))[0]).toEqual(['api-key.rotated', 'browser', alice]);
  });

  it('accepts both secrets during the grace, but not after its end, and no third secret', async () => {
    const expiresAt = new Date(Date.now() + HOUR_MS);
    const key = await newKey(alice, expiresAt);
    const second = await rotate(broker(), key.id, { graceSeconds: 86_400 });
    expect([await statusWith(key), await statusWith(second)]).toEqual([200, 200]);
    expect((await rowOf(broker(), key.id)).previous_until).toBe(expiresAt.toISOString());
    const third = await rotate(broker(), key.id, { graceSeconds: 1 });
    expect([await statusWith(key), await statusWith(second), await statusWith(third)]).toEqual([
      401, 200, 200,
    ]);
    await new Promise(resolve => setTimeout(resolve, 1_050));
    expect([await statusWith(second), await statusWith(third)]).toEqual([401, 200]);
  });

  it.each([{ graceSeconds: -1 }, { graceSeconds: 86_401 }, { graceSeconds: 1.5 }, { graceSeconds: '1' }])(
    'is not rotated with %j',
    async body => {
      const { id } = await newKey();
      const answer = await ownerAsks(broker(), alice, `POST /api/keys/${id}/rotate`, body);
      expect(answer).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } });
    },
  );

  it('is renamed by its owner alone, in its list and its audit, and not after its end', async () => {
    const [key, others] = [await newKey(), await newKey(bob)];
    const { secret } = await rotate(broker(), key.id, { graceSeconds: 60 });
    const renamed = await ownerAsks(broker(), alice, `PATCH /api/keys/${key.id}`, { name: ' Sky bot ' });
    expect(renamed).toMatchObject({ status: 200, body: { id: key.id, name: 'Sky bot', status: 'active' } });
    expect(await listOf(alice)).toMatchObject([{ name: 'Sky bot' }]);
    expect([await statusWith(key), await statusWith({ secret })]).toEqual([200, 200]);
    await ownerAsks(broker(), alice, `PATCH /api/keys/${key.id}`, { name: 'Sky bot' });
    const { auditEvents } = await listEvents(broker(), { targetId: key.id, action: 'api-key.renamed' });
    expect(auditEvents).toMatchObject([{ detail: { from: 'a bot', to: 'Sky bot' }, did: alice }]);
    expect(await ownerAsks(broker(), alice, `PATCH /api/keys/${others.id}`, { name: 'x' })).toMatchObject({
      status: 404,
    });
    for (const body of [{}, { name: '' }, { name: 'a\u202Eb' }, { name: 'x'.repeat(65) }, { name: 7 }])
      expect(await ownerAsks(broker(), alice, `PATCH /api/keys/${key.id}`, body)).toMatchObject({
        status: 400,
        body: { error: 'InvalidRequest' },
      });
    await ownerAsks(broker(), alice, `DELETE /api/keys/${key.id}`);
    expect(await ownerAsks(broker(), alice, `PATCH /api/keys/${key.id}`, { name: 'x' })).toMatchObject({
      status: 409,
      body: { error: 'ApiKeyEnded' },
    });
  });

  it('shows the grace of its previous secret, which its owner ends early', async () => {
    const key = await newKey();
    const next = await rotate(broker(), key.id, { graceSeconds: 3600 });
    const left = Date.parse((await listOf(alice))[0]?.previousUntil ?? '') - Date.now();
    expect(left).toBeGreaterThan(HOUR_MS - 60_000);
    expect([await statusWith(key), await statusWith(next)]).toEqual([200, 200]);
    const end = () => ownerAsks(broker(), alice, `DELETE /api/keys/${key.id}/previous-secret`);
    expect((await end()).status).toBe(204);
    expect([await statusWith(key), await statusWith(next)]).toEqual([401, 200]);
    expect(await listOf(alice)).toMatchObject([{ previousUntil: null, status: 'active' }]);
    expect((await end()).status).toBe(204);
    const actions = (await changesOf(broker(), key.id)).map(change => (change as string[])[0]);
    expect(actions).toEqual(['api-key.previous-secret-ended', 'api-key.rotated', 'api-key.issued']);
  });

  it('is not rotated after it has expired or was revoked', async () => {
    const [revoked, expired, dead] = [
      await newKey(),
      await newKey(alice, new Date(Date.now() - 1)),
      await newKey(),
    ];
    await ownerAsks(broker(), alice, `DELETE /api/keys/${revoked.id}`);
    await operate(broker(), `DELETE /api/sessions/${dead.sessionId}`);
    for (const { id } of [revoked, expired, dead])
      expect(await ownerAsks(broker(), alice, `POST /api/keys/${id}/rotate`)).toMatchObject({
        status: 409,
        body: { error: 'ApiKeyEnded' },
      });
  });

  it('stays as a tombstone when it is revoked, and its session is revoked', async () => {
    const [byOwner, byOperator] = [await newKey(), await newKey()];
    expect((await ownerAsks(broker(), alice, `DELETE /api/keys/${byOwner.id}`)).status).toBe(204);
    expect((await operate(broker(), `DELETE /api/keys/${byOperator.id}`)).status).toBe(204);
    for (const key of [byOwner, byOperator]) {
      expect(await statusWith(key)).toBe(401);
      expect(await sessionStatusOf(broker(), key.sessionId)).toBe('revoked');
    }
    const before = await listOf(alice);
    expect(before).toMatchObject([{ status: 'revoked' }, { status: 'revoked' }]);
    expect(await changesOf(broker(), byOwner.id)).toEqual([
      ['api-key.revoked', 'browser', alice],
      ['api-key.issued', 'broker', alice],
    ]);
    expect((await changesOf(broker(), byOperator.id))[0]).toEqual(['api-key.revoked', 'operator', alice]);
    expect((await ownerAsks(broker(), alice, `DELETE /api/keys/${byOwner.id}`)).status).toBe(204);
    expect(await listOf(alice)).toEqual(before);
  });

  it('leaves its session alive for another holder', async () => {
    const session = await keySession();
    const [first, second] = [await issueKey(broker(), session), await issueKey(broker(), session)];
    await operate(broker(), `DELETE /api/keys/${first.id}`);
    expect(await sessionStatusOf(broker(), session.id)).toBe('active');
    expect([await statusWith(first), await statusWith(second)]).toEqual([401, 200]);
    await operate(broker(), `DELETE /api/keys/${second.id}`);
    expect(await sessionStatusOf(broker(), session.id)).toBe('revoked');
  });

  it('expires, is swept, and releases its session', async () => {
    const [expired, living] = [await newKey(alice, new Date(Date.now() - 1)), await newKey()];
    expect([await statusWith(expired), await statusWith(living)]).toEqual([401, 200]);
    expect(await listOf(alice)).toContainEqual(
      expect.objectContaining({ id: expired.id, status: 'expired' }),
    );
    await sweepNow(broker());
    expect(await listOf(alice)).toContainEqual(
      expect.objectContaining({
        id: expired.id,
        status: 'expired',
        revokedAt: expired.expiresAt?.toISOString(),
      }),
    );
    expect(broker().logLines.join('')).toContain('API key expired');
    expect((await changesOf(broker(), expired.id))[0]).toEqual(['api-key.expired', 'broker', alice]);
    for (const { sessionId } of [expired, living]) await letGraceEnd(broker(), sessionId);
    await sweepNow(broker());
    expect(await sessionStatusOf(broker(), expired.sessionId)).toBe('revoking');
    expect(await sessionStatusOf(broker(), living.sessionId)).toBe('active');
  });

  it('shows the status of its session, and ends with it', async () => {
    const [lost, ended] = [await newKey(), await newKey()];
    const mark = broker()
      .database.updateTable('oauth_session')
      .set({ status: 'needs_reauth', reason: 'idle' });
    await mark.where('id', '=', lost.sessionId).execute();
    await operate(broker(), `DELETE /api/sessions/${ended.sessionId}`);
    const statuses = new Map((await listOf(alice)).map(({ id, status }) => [id, status]));
    expect([statuses.get(lost.id), statuses.get(ended.id)]).toEqual(['needs_reauth', 'revoked']);
    const answer = await callWith(broker(), ended, 'GET /api/me');
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'InvalidToken' }]);
  });

  it('counts toward the limit of its account until it expires or is revoked', async () => {
    const keys: TestKey[] = [];
    while (keys.length < MOST_KEYS) keys.push(await newKey());
    await expect(newKey()).rejects.toMatchObject({ code: 'TooManyApiKeys' });
    await newKey(bob);
    await ownerAsks(broker(), alice, `DELETE /api/keys/${keys[0]?.id ?? ''}`);
    const soon = new Date(Date.now() + 3_000);
    await newKey(alice, soon);
    await expect(newKey()).rejects.toMatchObject({ code: 'TooManyApiKeys' });
    await until('the key is over', () => new Date() > soon);
    await newKey();
    await operate(broker(), `DELETE /api/sessions/${keys[1]?.sessionId ?? ''}`);
    await newKey();
    await expect(newKey()).rejects.toMatchObject({ code: 'TooManyApiKeys' });
  });

  it('is not issued for an ended session, or for a session of another account', async () => {
    const session = await keySession();
    const asBob = issueKey(broker(), { ...session, did: bob });
    await expect(asBob).rejects.toMatchObject({ code: 'ReauthorizationRequired' });
    await operate(broker(), `DELETE /api/sessions/${session.id}`);
    await expect(issueKey(broker(), session)).rejects.toMatchObject({ code: 'ReauthorizationRequired' });
    expect(await listOf(alice)).toEqual([]);
  });

  it('stores its last use to the minute, and never moves it back', async () => {
    const key = await newKey();
    const minute = (): number => Math.floor(Date.now() / 60_000);
    const before = minute();
    expect(await statusWith(key)).toBe(200);
    await broker().app.get(ApiKeyLastUse).flush();
    const written = new Date((await rowOf(broker(), key.id)).last_used_at ?? 0);
    expect(written.getTime() % 60_000).toBe(0);
    expect([before, minute()]).toContain(written.getTime() / 60_000);
    const later = '2099-01-01T00:00:00.000Z';
    await broker().database.updateTable('api_key').set({ last_used_at: later }).execute();
    await broker().app.get(ApiKeyLastUse).flush();
    expect(await statusWith(key)).toBe(200);
    await broker().app.get(ApiKeyLastUse).flush();
    expect((await rowOf(broker(), key.id)).last_used_at).toBe(later);
  });
}

/** A request of the owner's browser. */
async function ownerAsks(broker: TestBroker, did: Did, line: string, body?: object): Promise<OperatorAnswer> {
  const session = await storeSession(broker, broker.network.pds, { did });
  const [method = '', path = ''] = line.split(' ');
  const answer = await exchange(new URL(path, broker.url), {
    method,
    headers: {
      cookie: `latchkey=${await storeCookie(broker, session)}`,
      'x-latchkey-csrf': '1',
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as OperatorAnswer['body'] };
}

async function rotate(broker: TestBroker, id: string, body: object): Promise<{ secret: string }> {
  const answer = await ownerAsks(broker, alice, `POST /api/keys/${id}/rotate`, body);
  return { secret: String(answer.body.secret) };
}

/** Returns the audited changes of a key, newest first. Refusals are left out, as they are stored up to a second later. */
async function changesOf(broker: TestBroker, targetId: string): Promise<unknown[]> {
  const { auditEvents } = await listEvents(broker, { targetId });
  const changes = auditEvents.filter(({ action }) => action !== 'api-key.refused');
  return changes.map(({ action, actor, did }) => [action, actor.kind, did]);
}

async function rowOf({ database }: TestBroker, id: string) {
  return database.selectFrom('api_key').selectAll().where('id', '=', asId(id)).executeTakeFirstOrThrow();
}

async function sessionStatusOf({ database }: TestBroker, id: string): Promise<string> {
  const query = database.selectFrom('oauth_session').select('status').where('id', '=', asId(id));
  return (await query.executeTakeFirstOrThrow()).status;
}

/** Makes a session older than any transaction that could add a holder. It cannot be unsealed afterwards. */
async function letGraceEnd({ database }: TestBroker, id: string): Promise<void> {
  const old = database.updateTable('oauth_session').set({ granted_at: '2020-01-01T00:00:00.000Z' });
  await old.where('id', '=', asId(id)).execute();
}
