import { calculateJwkThumbprint, compactVerify, EmbeddedJWK, errors, type JWK } from 'jose';
import { z } from 'zod';
import { BrokerError } from '../../errors/broker-error.ts';

/** The most by which a caller's clock may differ from the server's; a PDS allows the same. */
export const PROOF_TOLERANCE_SECONDS = 180;

/** No real proof is longer. */
const LONGEST_PROOF = 4 * 1024;

const claims = z.object({
  htm: z.string(),
  htu: z.string(),
  jti: z.string().min(1).max(256),
  iat: z.number(),
  nonce: z.string().max(1024).optional(),
  ath: z.undefined().optional(),
});

/** The content of a DPoP proof that was checked. */
export type CheckedProof = {
  /** Thumbprint of the key (RFC 7638). */
  readonly jkt: string;
  readonly jti: string;
  readonly nonce: string | undefined;
};

/** The request to an authorization server that a proof must be for. */
export type ProvedRequest = { readonly method: string; readonly url: URL; readonly now: Date };

/**
 * Checks that a DPoP proof is well-formed, signed with ES256, for this request and recent (RFC 9449 section 4.3). The
 * caller checks nonce and `jti`.
 *
 * @throws BrokerError `InvalidDpopProof`, whose message tells the flaw
 */
export async function checkDpopProof(
  proof: string | undefined,
  { method, url, now }: ProvedRequest,
): Promise<CheckedProof> {
  if (proof === undefined) throw invalidProof('The header DPoP is missing.');
  if (proof.length > LONGEST_PROOF) throw invalidProof('The proof is too long.');
  const { payload, jwk } = await verifySignature(proof);
  const said = claims.safeParse(payload);
  if (!said.success) throw invalidProof('It needs htm, htu, jti and iat, and no ath.');
  const { htm, htu, iat, jti, nonce } = said.data;
  if (htm !== method || addressOf(htu) !== addressOf(url.href))
    throw invalidProof(`It must be for ${method} ${addressOf(url.href) ?? ''}.`);
  if (Math.abs(now.getTime() / 1000 - iat) > PROOF_TOLERANCE_SECONDS)
    throw invalidProof('Its time is more than three minutes off: the clock of the device is wrong.');
  return { jkt: await calculateJwkThumbprint(jwk), jti, nonce };
}

/** Returns the thumbprint of a proof's key, if the proof is signed with it. Nothing else is checked. */
export async function findProofKey(proof: string | undefined): Promise<string | undefined> {
  if (proof === undefined || proof.length > LONGEST_PROOF) return undefined;
  try {
    return await calculateJwkThumbprint((await verifySignature(proof)).jwk);
  } catch (error) {
    if (error instanceof BrokerError) return undefined; // The issuer judges the proof.
    throw error;
  }
}

async function verifySignature(proof: string): Promise<{ payload: unknown; jwk: JWK }> {
  try {
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK, { algorithms: ['ES256'] });
    if (protectedHeader.typ !== 'dpop+jwt') throw new errors.JWSInvalid('not a DPoP proof');
    return { payload: JSON.parse(Buffer.from(payload).toString('utf8')), jwk: protectedHeader.jwk ?? {} };
  } catch (cause) {
    // Only the proof itself can cause these errors.
    throw invalidProof('It must be a JWT of the type dpop+jwt, signed with ES256 by the key in it.', cause);
  }
}

/** Returns a URL without query and fragment (RFC 9449 section 4.3, number 9). */
function addressOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url ? url.origin + url.pathname : undefined;
}

function invalidProof(why: string, cause?: unknown): BrokerError {
  return new BrokerError('InvalidDpopProof', `The DPoP proof is not accepted. ${why}`, { cause });
}
