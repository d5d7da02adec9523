import type { ApiKeyId } from './id.ts';

/** The calls with a key on one day. The key's row need not exist. */
export type KeyUsageTable = {
  api_key_id: ApiKeyId;
  /** A day in UTC, such as `2026-11-30`. */
  day: string;
  answered: number;
  refused: number;
  failed: number;
};
