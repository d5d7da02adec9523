import { beforeAll, expect, it } from '@jest/globals';
import { ClientKeyRepository } from '../../src/oauth/client-keys/client-key.repository.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { dumpTables } from '../rows/table-dump.ts';
import { makeKey, makeProof, operate, TestApp } from './test-app.ts';

const attestation = { header: 'x-app-check', secret: 'a-secret-that-only-the-app-has' };

describeBroker('the data of native apps', suite, { confidential: true });

function suite(broker: () => TestBroker): void {
  const secrets: Record<string, string> = {};
  let places: Record<string, string> = {};
  beforeAll(async () => {
    const app = await TestApp.register(broker());
    const first = await app.login(accountOf(broker(), 'alice.test'));
    const second = await app.renew(first);
    await app.refresh(first);
    await app.refresh(second, { key: await makeKey() });
    const proof = await makeProof(second.key, app.tokenEndpoint, { nonce: app.nonce });
    await app.refreshOnce(second, { dpop: proof, issuer: 'https://nobody.latchkey.internal' });
    await operate(broker(), 'PATCH', `/api/native-apps/${app.name}`, { attestation });
    const { id } = await broker().database.selectFrom('native_app').select('id').executeTakeFirstOrThrow();
    const [key] = await broker().app.get(ClientKeyRepository).list(id);
    Object.assign(secrets, {
      firstAccessToken: first.accessToken,
      firstRefreshToken: first.refreshToken,
      secondAccessToken: second.accessToken,
      secondRefreshToken: second.refreshToken,
      proof,
      attestation: attestation.secret,
      clientKey: key?.privateJwk.d ?? '',
    });
    const headers = { authorization: `Bearer ${broker().secrets.adminToken}` };
    const metrics = await exchange(new URL('/metrics', broker().url), { headers });
    places = {
      tables: await dumpTables(broker().database),
      log: broker().logLines.join(''),
      metrics: await metrics.text(),
    };
  });

  it('is not empty', () => {
    expect(places.tables).toContain('native-app.added');
    expect(places.log).toContain('mismatched native refresh token presented');
    expect(places.metrics).toMatch(/latchkey_native_refreshes_total\{outcome="replayed"\} 1/);
    expect(places.metrics).toMatch(/latchkey_native_refreshes_total\{outcome="mismatch"\} 1/);
    expect(places.metrics).toMatch(/latchkey_native_tokens_in_memory\{state="answers"\} \d/);
  });

  it.each([
    'firstAccessToken',
    'firstRefreshToken',
    'secondAccessToken',
    'secondRefreshToken',
    'proof',
    'attestation',
    'clientKey',
  ])('holds no part of the secret %s, in tables, log and metrics', name => {
    const secret = secrets[name] ?? '';
    expect(secret.length).toBeGreaterThan(20);
    for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')])
      for (const [place, text] of Object.entries(places))
        expect([place, text.includes(form)]).toEqual([place, false]);
  });
}
