import type { NativeAppId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

export const nativeAppStatuses = ['active', 'paused'] as const;

export type NativeAppStatus = (typeof nativeAppStatuses)[number];

/** A native app that the broker authenticates to issuers. */
export type NativeAppTable = {
  id: NativeAppId;
  /** Part of the URLs of its documents. */
  name: string;
  client_id: string;
  status: string;
  /** Its client metadata as JSON. Null if the app hosts them itself. */
  metadata: string | null;
  /** JSON array of the web origins that may call in its name. */
  origins: string;
  /** The required header of its requests, and the digest of the header's value. */
  attestation_header: string | null;
  attestation_digest: string | null;
  /** Requests per minute. Null for the limit of the settings. */
  limit_per_minute: number | null;
  created_at: Timestamp;
  changed_at: Timestamp;
  /** Covers all columns, so that an edited row is refused. */
  mac: string;
};
