import type { ApiKeyId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** The newest secret of an API key, kept for a few minutes for the repetition of the request that issued it. */
export type IssuedSecretTable = {
  /** Digest of what was requested, and of the caller's name for the request. */
  id: string;
  api_key_id: ApiKeyId;
  /** Digest of the request's further input, which a repetition must not change. */
  fingerprint: string;
  /** The secret, bound to all other columns. */
  sealed: string;
  expires_at: Timestamp;
};
