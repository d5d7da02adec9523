import type { AttemptId, NativeAppId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

export const nativeAttemptStates = ['sent', 'in_doubt'] as const;

/** `in_doubt`: whoever sent it has no answer, and will get none. */
type NativeAttemptState = (typeof nativeAttemptStates)[number];

/** A refresh token that was passed on to a native app, or is being used by one; never the token itself. */
export type NativeRefreshTable = {
  /** HMAC of issuer and token. */
  id: string;
  /** HMAC of the token alone, by which one that is shown for another issuer is known. */
  token: string;
  app_id: NativeAppId;
  issuer: string;
  /** Thumbprint of the DPoP key that the token is bound to; empty for a login under way. */
  jkt: string;
  /** The client key that the session began with. */
  kid: string;
  /** Over what the row's meaning hangs on: all above. */
  mac: string;
  attempt_id: AttemptId | null;
  attempt_state: NativeAttemptState | null;
  owner: string | null;
  sent_at: Timestamp | null;
  /** Digests of the proof's id and nonce that the request was sent with. */
  sent_jti: string | null;
  sent_nonce: string | null;
  /** The answer, once it is there. */
  sealed: string | null;
  created_at: Timestamp;
  /** When the row means nothing any more. */
  expires_at: Timestamp;
};
