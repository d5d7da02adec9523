import type { NativeAppId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

export const nativeAppStatuses = ['active', 'paused'] as const;

export type NativeAppStatus = (typeof nativeAppStatuses)[number];

/** A native app that the broker authenticates to issuers. */
export type NativeAppTable = {
  id: NativeAppId;
  /** Part of the addresses of its documents. */
  name: string;
  client_id: string;
  status: string;
  /** JSON of what its client metadata say, where the broker hosts them; null where the app does. */
  metadata: string | null;
  /** JSON list of the web origins that may call for it. */
  origins: string;
  /** The header that its requests have to carry, and the digest of its value. */
  attestation_header: string | null;
  attestation_digest: string | null;
  /** Requests a minute; null for what the settings say. */
  limit_per_minute: number | null;
  created_at: Timestamp;
  changed_at: Timestamp;
  /** Over all that the row says, so that an edited row opens nothing. */
  mac: string;
};
