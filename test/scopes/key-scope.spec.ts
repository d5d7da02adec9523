import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_KEY_SCOPE } from '../../src/config/values/key-scope.ts';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import { callWith, grantKey, type TestKey } from '../broker/issued-key.ts';
import { accountOf, describeBroker, startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { KeyAsker } from '../network/key-asker.ts';
import { type ProxiedService, startProxiedService } from '../xrpc/proxied-service.ts';

const post = 'app.bsky.feed.post';
const json = { 'content-type': 'application/json' };

/** Returns the names of the default's parts of one kind. */
function namesOf(kind: string): string[] {
  const parts = DEFAULT_KEY_SCOPE.filter(part => part.startsWith(kind));
  return parts.map(part => part.slice(kind.length).replace(/\?.*$/, ''));
}

type Written = { status: number; error?: string; uri?: string };

async function call(broker: TestBroker, key: TestKey, nsid: string, input: object): Promise<Written> {
  const answer = await callWith(broker, key, `POST /xrpc/${nsid}`, {
    headers: json,
    body: JSON.stringify({ repo: key.did, ...input }),
  });
  return { status: answer.status, ...((await answer.json()) as object) };
}

function create(broker: TestBroker, key: TestKey, collection: string): Promise<Written> {
  const record = { $type: collection, text: 'hi', createdAt: new Date().toISOString() };
  return call(broker, key, 'com.atproto.repo.createRecord', { collection, record, validate: false });
}

async function upload(broker: TestBroker, key: TestKey, type: string): Promise<number> {
  const line = 'POST /xrpc/com.atproto.repo.uploadBlob';
  const headers = { 'content-type': type };
  return (await callWith(broker, key, line, { headers, body: randomBytes(10) })).status;
}

describe.each([
  ['a public client', false],
  ['a confidential client', true],
])('what keys of %s may be given', (_kind, confidential) => {
  describeBroker('at a real PDS', suite(confidential), { confidential, anyDatabase: true });
});

function suite(confidential: boolean) {
  return (broker: () => TestBroker): void => {
    let service: ProxiedService;
    beforeAll(async () => {
      service = await startProxiedService();
    });
    afterAll(() => service.stop());

    const grant = (scope: string): Promise<TestKey> => grantKey(broker(), 'alice.test', { scope });
    const callService = async (key: TestKey, nsid: string): Promise<number> => {
      const headers = { 'atproto-proxy': `${service.did}#test_service` };
      return (await callWith(broker(), key, `GET /xrpc/${nsid}`, { headers })).status;
    };

    it('is declared by the client, and no login asks for it', async () => {
      const metadata = await fetch(new URL('/oauth-client-metadata.json', broker().url));
      const { scope } = (await metadata.json()) as { scope: string };
      expect(scope.split(' ')).toEqual(['atproto', ...DEFAULT_KEY_SCOPE]);
      const browser = broker().browser();
      const alice = accountOf(broker(), 'alice.test');
      await browser.login(alice.did, alice);
      const me = (await (await browser.get('/api/me')).json()) as { scope: string };
      expect(me.scope).toBe('atproto transition:generic');
    });

    const kinds = confidential ? ['repo'] : ['repo', 'blob:image', 'blob:video', 'rpc', 'transition'];
    it.each(kinds)('parts %s… are granted, and open what they say and nothing else', async kind => {
      const parts = DEFAULT_KEY_SCOPE.filter(part => part.startsWith(kind));
      const key = await grant(['atproto', ...parts].join(' '));
      expect(key.scope).toBe(['atproto', ...parts].join(' '));
      const isAll = kind === 'transition';
      const statusOf = (...opening: string[]): number => (isAll || opening.includes(kind) ? 200 : 403);
      for (const collection of namesOf('repo:'))
        expect([collection, (await create(broker(), key, collection)).status]).toEqual([
          collection,
          statusOf('repo'),
        ]);
      for (const method of namesOf('rpc:'))
        expect([method, await callService(key, method)]).toEqual([method, statusOf('rpc')]);
      expect([
        (await create(broker(), key, 'com.example.other')).status,
        await callService(key, 'app.bsky.actor.getSuggestions'),
        await upload(broker(), key, 'image/x-test'),
        await upload(broker(), key, 'video/x-test'),
        await upload(broker(), key, 'text/plain'),
      ]).toEqual([statusOf(), statusOf(), statusOf('blob:image'), statusOf('blob:video'), statusOf()]);
    });

    it('lets a key that may post also edit and delete posts of its account', async () => {
      const key = await grant('post');
      expect(key.scope).toBe(`atproto repo:${post} blob:image/* blob:video/*`);
      const { uri = '' } = await create(broker(), key, post);
      const rkey = uri.split('/').at(-1);
      const record = { $type: post, text: 'edited', createdAt: new Date().toISOString() };
      const edited = { collection: post, rkey, record };
      expect((await call(broker(), key, 'com.atproto.repo.putRecord', edited)).status).toBe(200);
      const deleted = { collection: post, rkey };
      expect((await call(broker(), key, 'com.atproto.repo.deleteRecord', deleted)).status).toBe(200);
    });

    it('is exact where the client can ask for it, and else the offered part, which is said', async () => {
      const narrow = `atproto repo:${post}?action=create blob:image/png`;
      const fitted = confidential ? `atproto repo:${post} blob:image/*` : narrow;
      const asked = await new KeyAsker(broker().url).ask({ identifier: 'alice.test', scope: narrow });
      expect(asked).toMatchObject({ scope: fitted });
      const page = await (await broker().browser().open(`/connect/${asked.id}`)).text();
      for (const part of fitted.split(' ')) expect(page).toContain(`data-scope="${part}"`);

      const key = await grant(narrow);
      expect(key.scope).toBe(fitted);
      const { uri = '', status } = await create(broker(), key, post);
      const rkey = uri.split('/').at(-1);
      const deletion = await call(broker(), key, 'com.atproto.repo.deleteRecord', { collection: post, rkey });
      expect([status, deletion.status]).toEqual([200, confidential ? 200 : 403]);
      expect([await upload(broker(), key, 'image/png'), await upload(broker(), key, 'image/gif')]).toEqual([
        200,
        confidential ? 200 : 403,
      ]);
      const me = (await (await callWith(broker(), key, 'GET /api/me')).json()) as object;
      expect(me).not.toHaveProperty('scopeShortfall');

      const refreshed = await broker().app.get(Refresher).refresh(key.sessionId, { kind: 'forced' });
      expect(refreshed).toEqual({ kind: 'refreshed' });
      expect((await create(broker(), key, post)).status).toBe(200);
    });

    it('is listed for everybody, and the list says what is refused', async () => {
      const listed = await fetch(new URL('/api/key-requests/scopes', broker().url));
      expect([listed.status, await listed.json()]).toEqual([
        200,
        {
          parts: ['atproto', ...DEFAULT_KEY_SCOPE],
          presets: [
            { name: 'post', scope: `atproto repo:${post} blob:image/* blob:video/*` },
            { name: 'all', scope: 'atproto transition:generic' },
          ],
        },
      ]);
      const asker = new KeyAsker(broker().url);
      for (const [scope, reason] of [
        ['atproto transition:email', 'transition:email is not offered.'],
        ['atproto repo:com.example.a', 'repo:com.example.a is not offered alone'],
      ]) {
        const refused = await asker.tryAsk({ identifier: 'alice.test', name: 'a bot', scope });
        const { error, message } = (await refused.json()) as { error: string; message: string };
        expect([refused.status, error]).toEqual([400, 'InvalidRequest']);
        expect(message).toContain(`scope: each part must be one of atproto, ${DEFAULT_KEY_SCOPE.join(', ')}`);
        expect(message).toContain(reason);
      }
    });
  };
}

describeDialects('a changed scope of keys', (_open, { dialect, create: createDatabase }) => {
  it.each([false, true])('ends no session, of a confidential client: %p', async confidential => {
    const database = await createDatabase();
    const settings = { LATCHKEY_KEY_SCOPE: `repo:${post} blob:image/*` };
    const first = await startTestBroker(dialect, database, { confidential, settings });
    const key = await grantKey(first, 'alice.test', { scope: `atproto repo:${post}` });
    const alice = accountOf(first, 'alice.test');
    const browser = first.browser();
    await browser.login(alice.did, alice);
    await first.app.close();

    const second = await startTestBroker(dialect, database, {
      confidential,
      inPlaceOf: first,
      settings: { LATCHKEY_KEY_SCOPE: 'repo:app.bsky.feed.like' },
    });
    try {
      const refreshed = await second.app.get(Refresher).refresh(key.sessionId, { kind: 'forced' });
      expect(refreshed).toEqual({ kind: 'refreshed' });
      expect((await create(second, key, post)).status).toBe(200);
      expect((await browser.get('/api/me')).status).toBe(200);
      if (!confidential) {
        // The server of a confidential client reads its metadata again only after ten minutes.
        const likes = await grantKey(second, 'alice.test', { scope: 'atproto repo:app.bsky.feed.like' });
        expect(likes.scope).toBe('atproto repo:app.bsky.feed.like');
      }
      const asked = await new KeyAsker(second.url).tryAsk({
        identifier: 'alice.test',
        name: 'a bot',
        scope: `atproto repo:${post}`,
      });
      expect(asked.status).toBe(400);
    } finally {
      await second.app.close();
    }
  });
});
