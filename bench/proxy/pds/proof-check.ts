import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RotatingNonces } from './rotating-nonces.ts';

/** Verifying a signature takes longer than the whole response, and would dominate the measurement. */
const wholeCheckEvery = 100;

/** `absent`: the request has no proof at all, and no token. */
export type Verdict = 'good' | 'absent' | 'use_dpop_nonce' | 'invalid_dpop_proof';

/** Checks the nonce of each DPoP proof, and everything of some (RFC 9449, section 4.3), so that none can be forged. */
export class ProofCheck {
  readonly #nonces: RotatingNonces;
  #checked = 0;

  constructor(nonces: RotatingNonces) {
    this.#nonces = nonces;
  }

  check(request: IncomingMessage): Verdict {
    const { dpop, authorization } = request.headers;
    if (typeof dpop !== 'string') return authorization === undefined ? 'absent' : 'invalid_dpop_proof';
    const [header = '', payload = '', signature = ''] = dpop.split('.');
    const claims = decode(payload);
    if (!this.#nonces.isGood(claims.nonce)) return 'use_dpop_nonce';
    if (this.#checked++ % wholeCheckEvery > 0) return 'good';
    const key = createPublicKey({ key: decode(header).jwk as JsonWebKey, format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    const isSigned = verify(
      'sha256',
      signed,
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    return isSigned && isFor(request, claims) ? 'good' : 'invalid_dpop_proof';
  }
}

function isFor({ method, headers, url = '' }: IncomingMessage, claims: Record<string, unknown>): boolean {
  const token = headers.authorization?.replace(/^DPoP /, '') ?? '';
  const [path = ''] = url.split('?');
  return (
    claims.htm === method &&
    claims.htu === `http://${headers.host ?? ''}${path}` &&
    claims.ath === createHash('sha256').update(token).digest('base64url')
  );
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}
