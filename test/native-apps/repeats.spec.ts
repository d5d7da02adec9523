import { beforeAll, expect, it } from '@jest/globals';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type AppSession, makeKey, makeProof, TestApp, toSession } from './test-app.ts';

describeBroker('a repeated refresh of a native app', suite, { confidential: true });

function suite(broker: () => TestBroker): void {
  let app: TestApp;
  let session: AppSession;
  beforeAll(async () => {
    app = await TestApp.register(broker());
    session = await app.login(accountOf(broker(), 'alice.test'));
  });

  it('gets the first response, and the session lives', async () => {
    const first = await app.refresh(session);
    expect(first).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
    const again = await app.refresh(session);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers.get('latchkey-key-id')).toBe(session.keyId);
    expect(first.headers.get('latchkey-key-id')).toBe(session.keyId);
    session = await app.renew({ ...session, refreshToken: String(first.body.refresh_token) });
    expect(await app.isAlive(session)).toBe(true);
  });

  it('works at once with the nonce that its issuer requires', async () => {
    for (let round = 0; round < 10; round++) {
      const asked = await app.refreshOnce(session, { proof: { nonce: undefined } });
      expect(asked).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } });
      const nonce = asked.headers.get('dpop-nonce') ?? '';
      const renewed = await app.refreshOnce(session, { proof: { nonce } });
      expect(renewed.status).toBe(200);
      session = toSession(renewed, session.key);
    }
  });

  it('needs a proof with a nonce of the broker, and a new one each time', async () => {
    const first = await app.refresh(session);
    const challenge = await app.refreshOnce(session);
    expect(challenge).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } });
    const nonce = challenge.headers.get('dpop-nonce') ?? '';
    expect(nonce).not.toBe(app.nonce);
    const dpop = await makeProof(session.key, app.tokenEndpoint, { nonce });
    expect((await app.refreshOnce(session, { dpop })).body).toEqual(first.body);
    expect(await app.refreshOnce(session, { dpop })).toMatchObject({
      status: 400,
      body: { error: 'invalid_dpop_proof', error_description: expect.stringContaining('used before') },
    });
    session = await app.renew({ ...session, refreshToken: String(first.body.refresh_token) });
  });

  it('is refused with any different parameter, and the session lives', async () => {
    const other = await TestApp.register(broker());
    const first = await app.refresh(session);
    const later = { iat: Math.floor(Date.now() / 1000) + 3600 };
    const kids = await otherKids(other);
    const refused: [string, Parameters<TestApp['refresh']>[1], string][] = [
      ['another DPoP key', { key: await makeKey() }, 'invalid_request'],
      ['another app', { clientId: other.clientId }, 'invalid_request'],
      ['another key id', { keyId: kids[0] }, 'invalid_request'],
      ['a clock that is ahead', { proof: later }, 'invalid_dpop_proof'],
      ['a clock that is behind', { proof: { iat: later.iat - 7200 } }, 'invalid_dpop_proof'],
      ['another method', { proof: { htm: 'GET' } }, 'invalid_dpop_proof'],
      ['another address', { proof: { htu: `${app.issuer}/oauth/par` } }, 'invalid_dpop_proof'],
      ['another type', { proof: { typ: 'JWT' } }, 'invalid_dpop_proof'],
      ['no proof', { dpop: '' }, 'invalid_dpop_proof'],
    ];
    for (const [what, change, error] of refused) {
      const answer = await app.refresh(session, change);
      expect([what, answer.status, answer.body.error]).toEqual([what, 400, error]);
      expect(JSON.stringify(answer.body)).not.toContain(first.body.access_token);
    }
    session = await app.renew({ ...session, refreshToken: String(first.body.refresh_token) });
    expect(await app.isAlive(session)).toBe(true);
  });

  it('is refused with a different parameter also before the first use, and the session lives', async () => {
    const other = await TestApp.register(broker());
    for (const change of [{ key: await makeKey() }, { clientId: other.clientId }, { keyId: 'another' }])
      expect(await app.refresh(session, change)).toMatchObject({ status: 400 });
    session = await app.renew(session);
    expect(await app.isAlive(session)).toBe(true);
  });
}

async function otherKids(app: TestApp): Promise<string[]> {
  const answer = await fetch(`${app.broker.url}/native/apps/${app.name}/jwks.json`);
  const { keys } = (await answer.json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}
