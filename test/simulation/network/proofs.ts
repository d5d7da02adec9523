import { createHash, hash } from 'node:crypto';

/** How long an issuer accepts a DPoP proof, and a client assertion by its own `exp`. */
const PROOF_LIFE_SECONDS = 190;
const NONCE_MS = 60_000;

/** How far a proof may lie in the future. */
const LEEWAY_SECONDS = 5;

/** The key of a proof, or an OAuth error. */
export type CheckedProof = { readonly jkt: string } | { readonly error: string };

type Claims = Readonly<Record<string, unknown>>;

/**
 * Checks proofs and assertions by their claims (RFC 9449, RFC 7523). It verifies no signature: `test/network` does that,
 * and here it would cost most of the time.
 */
export class ProofCheck {
  readonly #origin: string;
  readonly #seen = new Set<string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Returns the nonce of a time. The one before is accepted too. */
  nonceAt(ms: number): string {
    return hash('sha256', `${this.#origin} ${Math.floor(ms / NONCE_MS)}`, 'base64url').slice(0, 16);
  }

  check(proof: string, method: string, url: URL, now: number): CheckedProof {
    const { header, claims } = decode(proof);
    if (!header || !claims) return { error: 'invalid_dpop_proof' };
    const age = now / 1000 - Number(claims.iat);
    const isOld = !(age <= PROOF_LIFE_SECONDS && age >= -LEEWAY_SECONDS);
    if (
      claims.htm !== method ||
      claims.htu !== url.origin + url.pathname ||
      isOld ||
      this.#isSeen(claims.jti)
    )
      return { error: 'invalid_dpop_proof' };
    const nonces = [now, now - NONCE_MS, now - 2 * NONCE_MS].map(ms => this.nonceAt(ms));
    if (!nonces.includes(String(claims.nonce))) return { error: 'use_dpop_nonce' };
    return { jkt: thumbprint(header.jwk as Claims) };
  }

  /** Returns the key id of a confidential client, null for a public one, or undefined if it is refused. */
  checkClient(form: URLSearchParams, now: number): string | null | undefined {
    const assertion = form.get('client_assertion');
    if (!form.get('client_id')?.startsWith('https:')) return assertion === null ? null : undefined;
    const { header, claims } = decode(assertion ?? '');
    const isFit =
      claims?.aud === this.#origin &&
      claims.iss === form.get('client_id') &&
      Number(claims.exp) * 1000 > now &&
      Number(claims.iat) <= now / 1000 + LEEWAY_SECONDS &&
      !this.#isSeen(claims.jti);
    return isFit && typeof header?.kid === 'string' ? header.kid : undefined;
  }

  #isSeen(jti: unknown): boolean {
    const isSeen = typeof jti !== 'string' || this.#seen.has(jti);
    this.#seen.add(String(jti));
    return isSeen;
  }
}

function decode(jwt: string): { header?: Claims; claims?: Claims } {
  const [header, claims] = jwt.split('.');
  if (!header || !claims) return {};
  try {
    return { header: parse(header), claims: parse(claims) };
  } catch {
    return {};
  }
}

function parse(part: string): Claims {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
}

/** Returns the thumbprint of an elliptic key (RFC 7638). */
export function thumbprint({ crv, kty, x, y }: Claims): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
