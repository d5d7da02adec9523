import type { NativeAppId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** A key that signs the assertions of a client. */
export type ClientKeyTable = {
  /** RFC 7638 thumbprint. */
  kid: string;
  /** The native app of the key. Null for a key of the broker. */
  app: NativeAppId | null;
  /** The private key. */
  sealed: string;
  created_at: Timestamp;
  /** The time from which the JWKS contains the key. */
  published_at: Timestamp;
  /** The time from which new sessions start with the key. */
  active_at: Timestamp;
  retired_at: Timestamp | null;
};
