import type { Carrier } from './credential.ts';
import type { CredentialUse } from './credential-use.ts';
import type { Principal } from './principal.ts';

/** A kind of credential: how it is recognised, and whom it names. */
export type CredentialVerifier = {
  /** Where it travels: in a cookie or as a bearer token (RFC 6750). */
  readonly carrier: Carrier;
  /**
   * Returns the principal of a credential, `undefined` where it is unknown, malformed, expired, revoked or good for
   * another request than this: the caller must not be able to tell these apart.
   */
  verify(credential: string, use: CredentialUse): Promise<Principal | undefined>;
};

/** The port through which the modules below hand their credentials to the guard; `app.module` fills it. */
export class CredentialVerifiers {
  constructor(readonly verifiers: readonly CredentialVerifier[]) {}
}
