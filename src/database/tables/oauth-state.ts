import type { Timestamp } from './timestamp.ts';

/** The purposes of an authorization. */
export const statePurposes = ['sign_in', 'key_request', 'reconnect'] as const;

export type StatePurpose = (typeof statePurposes)[number];

/** A pending authorization. Its callback consumes it. */
export type OauthStateTable = {
  /** SHA-256 of the `state` parameter, in hex. */
  id: string;
  /** PKCE verifier and DPoP key. */
  sealed: string;
  purpose: StatePurpose;
  /** The key request or the session of the authorization. Null for a sign-in. */
  target: string | null;
  return_to: string;
  /** Digest of the random value in the browser's cookie. */
  binding_digest: string;
  created_at: Timestamp;
  expires_at: Timestamp;
};
