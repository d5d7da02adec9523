import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import type { Did } from '../../src/database/tables/did.ts';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { sessionOf } from '../login/granted.ts';

const collection = 'app.bsky.feed.post';

describeBroker('calls of a real PDS', broker => {
  let browser: BrowserClient;
  let did: Did;
  beforeAll(async () => {
    browser = broker().browser();
    const alice = accountOf(broker(), 'alice.test');
    did = alice.did;
    await browser.login(did, alice);
  });

  it('that need a nonce work from the first one on, also many at once', async () => {
    const calls = Array.from({ length: 5 }, () => browser.get('/xrpc/com.atproto.server.getSession'));
    for (const answer of await Promise.all(calls)) {
      expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ did })]);
    }
  });

  it('write a record, list it by a query with encoded parts, and delete it', async () => {
    const record = { $type: collection, text: 'Grüße & <b>', createdAt: new Date().toISOString() };
    const created = await browser.post('/xrpc/com.atproto.repo.createRecord', {
      repo: did,
      collection,
      record,
    });
    const { uri } = (await created.json()) as { uri: string };
    const query = new URLSearchParams({
      repo: did,
      collection,
      rkey: uri.split('/').at(-1) ?? '',
    }).toString();
    const read = await browser.get(`/xrpc/com.atproto.repo.getRecord?${query}`);
    expect(await read.json()).toMatchObject({ uri, value: record });

    const input = { repo: did, collection, rkey: uri.split('/').at(-1) };
    expect((await browser.post('/xrpc/com.atproto.repo.deleteRecord', input)).status).toBe(200);
    expect((await browser.get(`/xrpc/com.atproto.repo.getRecord?${query}`)).status).toBe(400);
  });

  it('get the same response to HEAD as to GET', async () => {
    const path = `/xrpc/com.atproto.repo.describeRepo?repo=${did}`;
    const [got, head] = [await browser.get(path), await browser.request('HEAD', path)];
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      got.headers.get('content-length'),
      '',
    ]);
  });

  it.each([10, 1024 * 1024, 5 * 1024 * 1024])('carry a blob of %i bytes there and back', async size => {
    const blob = randomBytes(size);
    const headers = { 'content-type': 'application/octet-stream' };
    const uploaded = await browser.request('POST', '/xrpc/com.atproto.repo.uploadBlob', {
      headers,
      body: blob,
    });
    expect(uploaded.status).toBe(200);
    const { blob: reference } = (await uploaded.json()) as { blob: { ref: { $link: string }; size: number } };
    expect(reference.size).toBe(size);

    const embed = {
      $type: 'app.bsky.embed.external',
      external: { uri: 'https://a.example', title: '', description: '', thumb: reference },
    };
    const record = { $type: collection, text: '', embed, createdAt: new Date().toISOString() };
    const input = { repo: did, collection, record, validate: false };
    expect((await browser.post('/xrpc/com.atproto.repo.createRecord', input)).status).toBe(200);
    const query = new URLSearchParams({ did, cid: reference.ref.$link }).toString();
    const downloaded = await browser.get(`/xrpc/com.atproto.sync.getBlob?${query}`);
    expect(Buffer.from(await downloaded.arrayBuffer()).equals(blob)).toBe(true);
  });

  it.each([
    ['GET', 'com.atproto.repo.getRecord', 400, 'InvalidRequest'],
    ['GET', 'com.atproto.repo.createRecord', 400, 'InvalidRequest'],
    ['GET', 'com.example.nobody.knows', 400, 'InvalidRequest'],
    ['POST', 'com.example.nobody.knows', 400, 'InvalidRequest'],
  ])('keep the error of the PDS: %s %s', async (method, nsid, status, error) => {
    const answer = await browser.request(method, `/xrpc/${nsid}`);
    expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining({ error })]);
    expect(answer.headers.has('latchkey-error')).toBe(false);
  });

  it('need the owner again after the PDS has ended the session', async () => {
    const gone = await broker().network.createAccount(`gone-${broker().dialect}.test`);
    const owner = broker().browser();
    await owner.login(gone.handle, gone);
    await broker().network.takeDownAccount(gone.did);
    const { id } = await sessionOf(broker(), gone.did);
    await broker().app.get(Refresher).refresh(id, { kind: 'forced' });
    const answer = await owner.get('/xrpc/com.atproto.server.getSession');
    expect([answer.status, answer.headers.get('latchkey-error')]).toEqual([401, 'AuthenticationRequired']);
  });
});
