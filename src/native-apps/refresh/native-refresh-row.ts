import type { Selectable } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import type { NativeRefreshTable } from '../../database/tables/native-refresh.ts';
import { toDate } from '../../database/tables/timestamp.ts';
import type { SentAttempt, TokenBinding } from './native-refresh.ts';

export type NativeRefreshRow = Selectable<NativeRefreshTable>;

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
