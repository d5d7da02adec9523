import type { Timestamp } from './timestamp.ts';

/** What was learned of an issuer. Losing a row is safe: it is learned again. */
export type IssuerTraitTable = {
  issuer: string;
  /** 1 if the PDS refused an access token that was replaced, 0 if it still accepted it. */
  rotation_ends_access_token: 0 | 1;
  learned_at: Timestamp;
};
