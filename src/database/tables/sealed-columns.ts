import type { Schema } from './schema.ts';

type ColumnOf<Table extends keyof Schema> = readonly [table: Table, column: keyof Schema[Table] & string];

type SealedColumn = { [Table in keyof Schema]: ColumnOf<Table> }[keyof Schema];

/** Every column that holds something made with an encryption key, so that its text names the key's fingerprint. */
export const sealedColumns = [
  ['oauth_state', 'sealed'],
  ['oauth_session', 'sealed'],
  ['client_key', 'sealed'],
  ['ui_session', 'mac'],
  ['api_key', 'mac'],
  ['key_request', 'mac'],
  ['key_request', 'code_digest'],
  ['native_app', 'mac'],
  ['native_lookup_key', 'sealed'],
  ['native_refresh', 'mac'],
  ['native_refresh', 'sealed'],
  ['encryption_key', 'canary'],
] as const satisfies readonly SealedColumn[];
