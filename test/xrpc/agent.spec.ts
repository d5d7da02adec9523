import { randomBytes } from 'node:crypto';
import { Agent, ComAtprotoRepoGetRecord, XRPCError } from '@atproto/api';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import { type ProxiedService, startProxiedService } from './proxied-service.ts';

const collection = 'app.bsky.feed.post';
const post = (text: string) => ({ $type: collection, text, createdAt: new Date().toISOString() });

describeBroker(
  'the official Agent with a URL and two headers',
  broker => {
    let agent: Agent;
    let service: ProxiedService;
    let alice: string;
    beforeAll(async () => {
      const account = accountOf(broker(), 'alice.test');
      alice = account.did;
      const browser = broker().browser();
      await browser.login(alice, account);
      agent = agentWith(browser.cookie('latchkey') ?? '');
      service = await startProxiedService();
    });
    afterAll(() => service.stop());

    const agentWith = (cookie: string): Agent =>
      new Agent({
        service: broker().url,
        headers: { cookie: `latchkey=${cookie}`, 'x-latchkey-csrf': '1' },
      });
    const read = (uri: string) => {
      const [, , repo = '', , rkey = ''] = uri.split('/');
      return agent.com.atproto.repo.getRecord({ repo, collection, rkey });
    };
    /** Returns the error of a call that must fail. */
    const failureOf = async (call: Promise<unknown>): Promise<XRPCError> => {
      const error = await call.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(XRPCError);
      return error as XRPCError;
    };

    it('writes a record, finds it in the list, and deletes it', async () => {
      const record = post('Grüße 🦋');
      const created = await agent.com.atproto.repo.createRecord({ repo: alice, collection, record });
      const { uri, cid } = created.data;
      const listed = await agent.com.atproto.repo.listRecords({ repo: alice, collection, limit: 100 });
      expect(listed.data.records).toContainEqual({ uri, cid, value: record });
      await agent.com.atproto.repo.deleteRecord({
        repo: alice,
        collection,
        rkey: uri.split('/').at(-1) ?? '',
      });
      expect((await failureOf(read(uri))).error).toBe('RecordNotFound');
    });

    it('uploads a blob, refers to it in a record, and downloads it', async () => {
      const content = randomBytes(1_000_000);
      const uploaded = await agent.uploadBlob(content, { encoding: 'image/png' });
      const { blob } = uploaded.data;
      expect([blob.size, blob.mimeType]).toEqual([content.length, 'image/png']);
      const embed = { $type: 'app.bsky.embed.images', images: [{ image: blob, alt: '' }] };
      const record = { ...post('a picture'), embed };
      await agent.com.atproto.repo.createRecord({ repo: alice, collection, record });
      const { data } = await agent.com.atproto.sync.getBlob({ did: alice, cid: blob.ref.toString() });
      expect(Buffer.from(data).equals(content)).toBe(true);
    });

    it('applies several writes as one', async () => {
      const writes = ['one', 'two'].map(text => ({
        $type: 'com.atproto.repo.applyWrites#create' as const,
        collection,
        value: post(text),
      }));
      const { data } = await agent.com.atproto.repo.applyWrites({ repo: alice, writes });
      const uris = (data.results ?? []).map(result => ('uri' in result ? result.uri : ''));
      const texts = await Promise.all(uris.map(async uri => (await read(uri)).data.value.text));
      expect(texts).toEqual(['one', 'two']);
    });

    it('downloads a repository as it is', async () => {
      const { data, headers } = await agent.com.atproto.sync.getRepo({ did: alice });
      const direct = await fetch(`${broker().network.pds}/xrpc/com.atproto.sync.getRepo?did=${alice}`);
      expect(headers['content-type']).toBe('application/vnd.ipld.car');
      expect(Buffer.from(data).equals(Buffer.from(await direct.arrayBuffer()))).toBe(true);
    });

    it('reads the record of another account, and cannot write one', async () => {
      const bob = accountOf(broker(), 'bob.test');
      const browser = broker().browser();
      await browser.login(bob.handle, bob);
      const record = post("bob's own");
      const bobs = agentWith(browser.cookie('latchkey') ?? '');
      const { data } = await bobs.com.atproto.repo.createRecord({ repo: bob.did, collection, record });
      expect((await read(data.uri)).data).toMatchObject({ uri: data.uri, cid: data.cid, value: record });
      const forged = agent.com.atproto.repo.createRecord({ repo: bob.did, collection, record });
      expect((await failureOf(forged)).status).toBeGreaterThanOrEqual(400);
    });

    it('calls another service through the PDS with a service token', async () => {
      const proxied = agent.withProxy('test_service', service.did);
      const { data } = await proxied.app.bsky.actor.searchActors({ q: 'a b' });
      expect(data).toEqual({ actors: [] });
      await proxied.app.bsky.graph.muteActor({ actor: 'bob.test' });
      const claims = { iss: alice, aud: service.did };
      expect(service.calls).toEqual([
        {
          url: '/xrpc/app.bsky.actor.searchActors?q=a+b',
          body: '',
          token: expect.objectContaining({ ...claims, lxm: 'app.bsky.actor.searchActors' }),
        },
        {
          url: '/xrpc/app.bsky.graph.muteActor',
          body: '{"actor":"bob.test"}',
          token: expect.objectContaining({ ...claims, lxm: 'app.bsky.graph.muteActor' }),
        },
      ]);
    });

    it('learns from the PDS why it cannot call a service, and from the broker why not a protected method', async () => {
      const unknown = agent.withProxy('no_such_service', service.did);
      const unresolved = await failureOf(unknown.app.bsky.actor.searchActors({ q: 'x' }));
      expect([unresolved.status, unresolved.message]).toEqual([
        400,
        'could not resolve proxy did service url',
      ]);
      const before = service.calls.length;
      const proxied = agent.withProxy('test_service', service.did);
      expect((await failureOf(proxied.com.atproto.server.listAppPasswords())).error).toBe('ProtectedMethod');
      expect(service.calls).toHaveLength(before);
    });

    it('gets an error of the PDS as its lexicon defines it', async () => {
      const error = await failureOf(read(`at://${alice}/${collection}/nothing`));
      expect(error).toBeInstanceOf(ComAtprotoRepoGetRecord.RecordNotFoundError);
      expect([error.status, error.error, error.success]).toEqual([400, 'RecordNotFound', false]);
    });

    it.each([
      ['a protected method', () => agent.com.atproto.server.listAppPasswords(), 403, 'ProtectedMethod'],
      [
        'a cookie that is not good',
        () => agentWith('x'.repeat(43)).com.atproto.server.getSession(),
        401,
        'AuthenticationRequired',
      ],
    ])('gets an error of the broker for %s, with status and code', async (_name, call, status, code) => {
      const error = await failureOf(call());
      expect([error.status, error.error, error.headers?.['latchkey-error']]).toEqual([status, code, code]);
    });
  },
  { anyDatabase: true },
);
