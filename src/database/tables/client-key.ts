import type { NativeAppId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** A signing key of a client's assertions. */
export type ClientKeyTable = {
  /** RFC 7638 thumbprint. */
  kid: string;
  /** The native app that the key belongs to; null for the broker's own. */
  app: NativeAppId | null;
  /** The private key. */
  sealed: string;
  created_at: Timestamp;
  /** From when on the JWKS shows the key. */
  published_at: Timestamp;
  /** From when on new sessions are begun with the key. */
  active_at: Timestamp;
  retired_at: Timestamp | null;
};
