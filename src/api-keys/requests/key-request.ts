import type { Selectable } from 'kysely';
import type { KeyRequestStatus, KeyRequestTable } from '../../database/tables/key-request.ts';
import type { KeyRequestId, SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';

/** How long a key request lives, and its temp token with it. */
export const KEY_REQUEST_SECONDS = 15 * 60;

/** How many codes may be tried in all. */
export const MOST_TRIES = 5;

const DAY_MS = 24 * 60 * 60_000;

export type KeyRequestRow = Selectable<KeyRequestTable>;

/** Somebody asks an account's owner for a key. Its status is what it is at the time of the reading, swept or not. */
export type KeyRequest = {
  readonly id: KeyRequestId;
  readonly did: Did;
  /** Verified when it was asked for. */
  readonly handle: string | null;
  /** What the asker calls the key: nobody has verified it. */
  readonly name: string;
  /** What is asked for; once it is authorized, what was granted. */
  readonly scope: string;
  readonly askedFrom: string;
  readonly status: KeyRequestStatus;
  readonly loopback: string | null;
  readonly tries: number;
  /** The session that an authorized request holds. */
  readonly sessionId: SessionId | null;
  /** How long the key lives from its claim; null for a key that ends only when it is revoked. */
  readonly expiresInDays: number | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/** A request as its row was at `readAt` of the database's clock, which is kept to change exactly this row. */
export type StoredKeyRequest = KeyRequest & { readonly row: KeyRequestRow; readonly readAt: Date };

export function toKeyRequest(row: KeyRequestRow, readAt: Date): StoredKeyRequest {
  const expiresAt = new Date(row.expires_at);
  return {
    id: row.id,
    did: row.did,
    handle: row.handle,
    name: row.name,
    scope: row.scope,
    askedFrom: row.asked_from,
    status: isOpen(row) && expiresAt <= readAt ? 'expired' : row.status,
    loopback: row.loopback,
    tries: row.tries,
    sessionId: row.session_id,
    expiresInDays: row.expires_in_days,
    createdAt: new Date(row.created_at),
    expiresAt,
    row,
    readAt,
  };
}

/** What is known of a request when it is made. */
export type NewKeyRequest = Pick<KeyRequest, 'id' | 'did' | 'name' | 'scope' | 'askedFrom' | 'expiresAt'> & {
  readonly handle?: string | undefined;
  readonly loopback?: string | undefined;
  readonly expiresInDays?: number | undefined;
};

export function toNewKeyRequestRow(request: NewKeyRequest): Omit<KeyRequestRow, 'mac'> {
  const { id, did, handle, name, scope, askedFrom, loopback, expiresInDays, expiresAt } = request;
  return {
    ...{ id, did, name, scope },
    handle: handle ?? null,
    asked_from: askedFrom,
    status: 'pending',
    loopback: loopback ?? null,
    code_digest: null,
    tries: 0,
    session_id: null,
    api_key_id: null,
    expires_in_days: expiresInDays ?? null,
    created_at: toTimestamp(new Date(expiresAt.getTime() - KEY_REQUEST_SECONDS * 1000)),
    expires_at: toTimestamp(expiresAt),
  };
}

/** Whether a request can still become a key. */
export function isOpen({ status }: Pick<KeyRequest, 'status'>): boolean {
  return status === 'pending' || status === 'authorized';
}

/** When a key ends that is handed over at `from`. */
export function keyEndOf({ expiresInDays }: Pick<KeyRequest, 'expiresInDays'>, from: Date): Date | null {
  return expiresInDays === null ? null : new Date(from.getTime() + expiresInDays * DAY_MS);
}

/** What becomes of a code that is shown for a request. */
export type ClaimVerdict = 'right' | 'wrong' | 'last-wrong' | 'not-authorized' | 'ended';

export function decideClaim({ status, tries }: KeyRequest, isRight: boolean): ClaimVerdict {
  if (status === 'pending') return 'not-authorized';
  if (status !== 'authorized') return 'ended';
  if (isRight) return 'right';
  return tries + 1 >= MOST_TRIES ? 'last-wrong' : 'wrong';
}
