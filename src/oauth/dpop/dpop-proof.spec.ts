import { describe, expect, it } from '@jest/globals';
import { EmbeddedJWK, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { accessTokenHash, createDpopSigner, signDpopProof } from './dpop-proof.ts';

describe('DPoP proof', () => {
  it('is what RFC 9449 asks for, as an independent library reads it', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const signer = createDpopSigner(await exportJWK(privateKey));
    const now = new Date();
    const claims = {
      method: 'POST',
      url: new URL('https://pds.example/xrpc/com.example.do?limit=1#top'),
      ath: accessTokenHash('Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'),
      nonce: 'a-nonce',
      now,
    };
    const { payload, protectedHeader } = await jwtVerify(signDpopProof(signer, claims), EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
    });
    expect(protectedHeader.jwk).toEqual(await exportJWK(publicKey));
    expect(payload).toEqual({
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      htm: 'POST',
      htu: 'https://pds.example/xrpc/com.example.do',
      iat: Math.floor(now.getTime() / 1000),
      // The example of RFC 9449 section 7.1
      ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo',
      nonce: 'a-nonce',
    });
  });

  it('leaves an unknown nonce out, and never repeats a jti', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const signer = createDpopSigner(await exportJWK(privateKey));
    const url = new URL('https://pds.example/');
    const claims = { method: 'GET', url, ath: 'x', nonce: undefined, now: new Date() };
    const payloads = await Promise.all(
      [1, 2].map(async () => (await jwtVerify(signDpopProof(signer, claims), EmbeddedJWK)).payload),
    );
    expect(payloads[0]).not.toHaveProperty('nonce');
    expect(payloads[0]?.jti).not.toBe(payloads[1]?.jti);
  });
});
