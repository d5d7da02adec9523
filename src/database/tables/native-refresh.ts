import type { AttemptId, NativeAppId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

export const nativeAttemptStates = ['sent', 'in_doubt'] as const;

/** `in_doubt`: the sender has no answer and will get none. */
type NativeAttemptState = (typeof nativeAttemptStates)[number];

/** A refresh token that a native app received or uses. The token itself is not stored. */
export type NativeRefreshTable = {
  /** HMAC of issuer and token. */
  id: string;
  /** HMAC of the token alone. It detects a token that is presented for another issuer. */
  token: string;
  app_id: NativeAppId;
  issuer: string;
  /** Thumbprint of the DPoP key that the token is bound to. Empty while the login is pending. */
  jkt: string;
  /** The client key that the session started with. */
  kid: string;
  /** Covers all columns above, so that an edited row is refused. */
  mac: string;
  attempt_id: AttemptId | null;
  attempt_state: NativeAttemptState | null;
  owner: string | null;
  sent_at: Timestamp | null;
  /** Digests of the `jti` and the nonce of the proof that the request was sent with. */
  sent_jti: string | null;
  sent_nonce: string | null;
  /** The issuer's answer. Null until it is stored. */
  sealed: string | null;
  created_at: Timestamp;
  /** The time from which the row is ignored and swept. */
  expires_at: Timestamp;
};
