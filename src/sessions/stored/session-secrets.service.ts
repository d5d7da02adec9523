import { Injectable } from '@nestjs/common';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import type { SessionRow } from './session.ts';

/** The part of a grant that is stored sealed. */
export type SessionSecrets = Pick<Grant, 'accessToken' | 'refreshToken' | 'dpopKey'>;

const BOUND_COLUMNS = [
  'did',
  'handle',
  'client_id',
  'issuer',
  'pds',
  'scope',
  'asked_scope',
  'kid',
  'purpose',
  'granted_at',
  'refreshed_at',
  'access_expires_at',
] as const satisfies readonly (keyof SessionRow)[];

/** What the tokens of a row hang on: with one of these edited, the row opens nothing. */
export type BoundColumns = Pick<SessionRow, 'id' | (typeof BOUND_COLUMNS)[number]>;

/** Seals the secrets of a session into its row, and opens them there only. */
@Injectable()
export class SessionSecretsBox {
  constructor(private readonly box: SealedBox) {}

  seal({ accessToken, refreshToken, dpopKey }: SessionSecrets, row: BoundColumns): string {
    return this.box.seal(JSON.stringify({ accessToken, refreshToken, dpopKey }), bindingOf(row));
  }

  /** @throws BrokerError `SealedRowUnreadable` */
  open(sealed: string, row: BoundColumns): SessionSecrets {
    return JSON.parse(this.box.open(sealed, bindingOf(row))) as SessionSecrets;
  }
}

/** Whether two readings of a row hold the same secrets, bound to the same values. */
export function isSealedAlike(a: SessionRow, b: SessionRow): boolean {
  return a.id === b.id && a.sealed === b.sealed && BOUND_COLUMNS.every(column => a[column] === b[column]);
}

function bindingOf(row: BoundColumns): RowBinding {
  // Without a value it is left out: so were rows sealed that are older than the column.
  const bound = BOUND_COLUMNS.filter(column => column !== 'asked_scope' || row.asked_scope !== null);
  const facts = Object.fromEntries(bound.map(column => [column, row[column]]));
  return { table: 'oauth_session', column: 'sealed', id: row.id, facts };
}
