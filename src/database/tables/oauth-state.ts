import type { Timestamp } from './timestamp.ts';

/** What a finished authorization is for. */
export const statePurposes = ['sign_in', 'key_request', 'reconnect'] as const;

export type StatePurpose = (typeof statePurposes)[number];

/** A pending authorization; consumed by its callback. */
export type OauthStateTable = {
  /** SHA-256 of the `state` parameter, in hex. */
  id: string;
  /** PKCE verifier and DPoP key. */
  sealed: string;
  purpose: StatePurpose;
  /** The key request or the session that the authorization is for; null for a sign-in. */
  target: string | null;
  return_to: string;
  /** Digest of the random value that the browser holds in a cookie. */
  binding_digest: string;
  created_at: Timestamp;
  expires_at: Timestamp;
};
