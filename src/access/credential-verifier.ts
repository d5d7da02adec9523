import type { Carrier } from './credential.ts';
import type { CredentialUse } from './credential-use.ts';
import type { Principal } from './principal.ts';

/** Recognises one kind of credential. */
export type CredentialVerifier = {
  /** A cookie, or a bearer token (RFC 6750). */
  readonly carrier: Carrier;
  /**
   * Returns the principal of a credential, or `undefined` if it is unknown, malformed, expired, revoked or not valid
   * for this request. The caller must not be able to tell these apart.
   */
  verify(credential: string, use: CredentialUse): Promise<Principal | undefined>;
};

/** The port through which modules below give the guard their credentials; `app.module` fills it. */
export class CredentialVerifiers {
  constructor(readonly verifiers: readonly CredentialVerifier[]) {}
}
