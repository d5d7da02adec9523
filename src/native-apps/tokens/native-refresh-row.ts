import type { Selectable } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import type { RowMac } from '../../crypto/row-mac.ts';
import type { NativeRefreshTable } from '../../database/tables/native-refresh.ts';
import { toDate } from '../../database/tables/timestamp.ts';
import type { Fingerprint } from './fingerprints.service.ts';
import type { SentAttempt, TokenBinding } from './native-refresh.ts';

export type NativeRefreshRow = Selectable<NativeRefreshTable>;

/** The columns of an attempt, for a token without one. */
export const NO_ATTEMPT = {
  attempt_id: null,
  attempt_state: null,
  owner: null,
  sent_at: null,
  sent_jti: null,
  sent_nonce: null,
} as const;

/** Returns the columns of a row that never change, with their MAC. */
export function toNewRow({ id, token }: Fingerprint, binding: TokenBinding, mac: RowMac) {
  const { appId: app_id, issuer, jkt, kid } = binding;
  const row = { id, token, app_id, issuer, jkt, kid };
  return { ...row, mac: mac.sign(macBinding(row)) };
}

/** Reads the attempt of a row. */
export function toAttempt(row: NativeRefreshRow): SentAttempt | null {
  const { attempt_id: id, attempt_state: state, owner, sent_at } = row;
  if (id === null || state === null || owner === null) return null;
  return {
    id,
    state,
    owner,
    sentAt: toDate(sent_at),
  };
}

/** Returns what the MAC of a row covers. */
export function macBinding(
  row: Pick<NativeRefreshRow, 'id' | 'token' | 'app_id' | 'issuer' | 'jkt' | 'kid'>,
): RowBinding {
  const { id, token, app_id, issuer, jkt, kid } = row;
  return { table: 'native_refresh', column: 'mac', id, facts: { token, app_id, issuer, jkt, kid } };
}

/** Returns what the sealed answer of a row is bound to. */
export function sealBinding(id: string, { appId, issuer, jkt, kid }: TokenBinding): RowBinding {
  return {
    table: 'native_refresh',
    column: 'sealed',
    id,
    facts: { app_id: appId, issuer, jkt, kid },
  };
}
