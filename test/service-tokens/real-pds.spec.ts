import { beforeAll, expect, it } from '@jest/globals';
import { type DidDocument, ensureAtprotoKey } from '@atproto/identity';
import { verifyJwt } from '@atproto/xrpc-server';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import type { Did } from '../../src/database/tables/did.ts';
import { callWith, grantKey } from '../broker/issued-key.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { sessionOf } from '../login/granted.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { TokenAnswer } from './caller.ts';

const aud = 'did:web:registry.example.com';
const lxm = 'com.example.registry.push';

describeBroker('a service token of a real PDS', broker => {
  let browser: BrowserClient;
  let did: Did;
  beforeAll(async () => {
    browser = broker().browser();
    const carla = await broker().network.createAccount(`carla-${broker().dialect}.test`);
    did = carla.did;
    await browser.login(carla.handle, carla);
  });

  const ask = async (asked: object): Promise<TokenAnswer> => {
    const answer = await browser.post('/api/service-tokens', asked);
    return { status: answer.status, ...((await answer.json()) as object) };
  };

  it.each([60, 30, 3_600])(
    'of %i s is valid for the service and the method that it was minted for',
    async expiresIn => {
      const { token = '', expiresAt = '', status } = await ask({ aud, lxm, expiresIn, fresh: true });
      expect(status).toBe(200);
      const { iss, exp } = await verify(broker(), token, lxm);
      expect(iss).toBe(did);
      expect(new Date(exp * 1000).toISOString()).toBe(expiresAt);
      expect(Math.abs(exp - Date.now() / 1000 - expiresIn)).toBeLessThan(20);
      await expect(verify(broker(), token, 'com.example.registry.delete')).rejects.toThrow(/lxm|method/);
      await expect(verify(broker(), token, lxm, 'did:web:other.example.com')).rejects.toThrow(/audience/);
    },
  );

  it('is also minted through the proxy, and for an API key', async () => {
    const key = await grantKey(broker());
    const query = new URLSearchParams({ aud: `${aud}#svc`, lxm }).toString();
    const proxied = await browser.get(`/xrpc/com.atproto.server.getServiceAuth?${query}`);
    const { token } = (await proxied.json()) as { token: string };
    expect((await verify(broker(), token, lxm, `${aud}#svc`)).iss).toBe(did);

    const headers = { 'content-type': 'application/json' };
    const answer = await callWith(broker(), key, 'POST /api/service-tokens', {
      headers,
      body: JSON.stringify({ aud, lxm }),
    });
    const ofKey = (await answer.json()) as { token: string };
    expect((await verify(broker(), ofKey.token, lxm)).iss).toBe(accountOf(broker(), 'alice.test').did);
  });

  it('is refused with the error of the PDS', async () => {
    const refused = await ask({ aud, lxm: 'chat.bsky.convo.getLog' });
    expect(refused).toMatchObject({
      status: 403,
      error: 'ScopeMissing',
      scope: 'rpc:chat.bsky.convo.getLog?aud=*',
    });
  });

  it('is refused after the PDS ended the session and the broker noticed it', async () => {
    expect(await ask({ aud, lxm })).toMatchObject({ status: 200 });
    const { id } = await sessionOf(broker(), did);
    await broker().network.takeDownAccount(did);
    await broker().app.get(Refresher).refresh(id, { kind: 'forced' });
    const after = await ask({ aud, lxm });
    expect([after.status, after.token]).toEqual([401, undefined]);
  });
});

/** Verifies a token as a service does, by the signing key in the account's DID document. */
async function verify(
  { network }: TestBroker,
  token: string,
  method: string,
  audience = aud,
): Promise<{ iss: string; exp: number }> {
  const keyOf = async (iss: string): Promise<string> => {
    const document = await fetch(new URL(`/${iss}`, network.plc));
    return ensureAtprotoKey((await document.json()) as DidDocument);
  };
  return verifyJwt(token, audience, method, keyOf);
}
