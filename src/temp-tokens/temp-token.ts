import type { Selectable } from 'kysely';
import { isSecret, newSecret } from '../crypto/secret.ts';
import type { TempTokenTable } from '../database/tables/temp-token.ts';
import type { TempTokenId } from '../database/tables/id.ts';
import { toDate } from '../database/tables/timestamp.ts';

/** The prefix of every temp token, by which secret scanners recognise it. */
export const TEMP_TOKEN_PREFIX = 'cktmp_';

export type TempTokenRow = Selectable<TempTokenTable>;

/** A stored temp token, read at `readAt` (database time). */
export type TempToken = {
  readonly id: TempTokenId;
  readonly scope: string;
  readonly resource: string;
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
  readonly readAt: Date;
  readonly row: TempTokenRow;
};

export function toTempToken(row: TempTokenRow, readAt: string): TempToken {
  return {
    id: row.id,
    scope: row.scope,
    resource: row.resource_id,
    expiresAt: new Date(row.expires_at),
    consumedAt: toDate(row.consumed_at),
    readAt: new Date(readAt),
    row,
  };
}

/** Returns a new temp token: `cktmp_` and 32 random bytes as 43 base64url characters. */
export function newTempToken(): string {
  return TEMP_TOKEN_PREFIX + newSecret();
}

/** Returns whether `text` has the form of a temp token. */
export function isTempToken(text: string): boolean {
  return text.startsWith(TEMP_TOKEN_PREFIX) && isSecret(text.slice(TEMP_TOKEN_PREFIX.length));
}
