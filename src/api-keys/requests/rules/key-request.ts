import type { Selectable } from 'kysely';
import type { KeyRequestStatus, KeyRequestTable } from '../../../database/tables/key-request.ts';
import type { ApiKeyId, KeyRequestId, SessionId } from '../../../database/tables/id.ts';
import type { Did } from '../../../database/tables/did.ts';
import { toTimestamp } from '../../../database/tables/timestamp.ts';

/** Lifetime of a key request and its temp token. */
export const KEY_REQUEST_SECONDS = 15 * 60;

/** Limit of wrong claim codes per request. */
export const MOST_TRIES = 5;

const DAY_MS = 24 * 60 * 60_000;

export type KeyRequestRow = Selectable<KeyRequestTable>;

/** A request to an account's owner for a key. `status` is the status at `readAt`, also before a sweep stores it. */
export type KeyRequest = {
  readonly id: KeyRequestId;
  readonly did: Did;
  /** The handle, verified when the request was created. */
  readonly handle: string | null;
  /** The requester's name for the key, which is not verified. */
  readonly name: string;
  /** The requested scope, or the granted one once the request is authorized. */
  readonly scope: string;
  readonly askedFrom: string;
  readonly status: KeyRequestStatus;
  readonly loopback: string | null;
  readonly tries: number;
  /** The session of the grant, once the request is authorized. */
  readonly sessionId: SessionId | null;
  /** The key, once it is claimed. */
  readonly apiKeyId: ApiKeyId | null;
  /** Lifetime of the key from its claim. Null for a key without an expiry. */
  readonly expiresInDays: number | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/** A request read at `readAt` (database time), with its row: a change applies only to exactly this row. */
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
    apiKeyId: row.api_key_id,
    expiresInDays: row.expires_in_days,
    createdAt: new Date(row.created_at),
    expiresAt,
    row,
    readAt,
  };
}

/** A created request, with its temp token, which is returned only here and stored as a digest. */
export type CreatedKeyRequest = Pick<KeyRequest, 'id' | 'did' | 'scope' | 'expiresAt'> & {
  readonly tempToken: string;
};

/** The facts of a request at its creation. */
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

/** Returns whether a request can still become a key. */
export function isOpen({ status }: Pick<KeyRequest, 'status'>): boolean {
  return status === 'pending' || status === 'authorized';
}

/** Returns the expiry of a key that is claimed at `from`. Null for a key without an expiry. */
export function keyEndOf({ expiresInDays }: Pick<KeyRequest, 'expiresInDays'>, from: Date): Date | null {
  return expiresInDays === null ? null : new Date(from.getTime() + expiresInDays * DAY_MS);
}

/** The result of a claim code. */
export type ClaimVerdict =
  'right' | 'wrong' | 'last-wrong' | 'repeated' | 'wrongly-repeated' | 'not-authorized' | 'ended';

/** Decides the result of a claim. A code counts for an authorized request, and for the repetition of its claim. */
export function decideClaim({ status, tries }: KeyRequest, isRight: boolean): ClaimVerdict {
  if (status === 'pending') return 'not-authorized';
  if (status === 'claimed' && tries < MOST_TRIES) return isRight ? 'repeated' : 'wrongly-repeated';
  if (status !== 'authorized') return 'ended';
  if (isRight) return 'right';
  return tries + 1 >= MOST_TRIES ? 'last-wrong' : 'wrong';
}
