import type { Schema } from './schema.ts';

type ColumnOf<Table extends keyof Schema> = readonly [table: Table, column: keyof Schema[Table] & string];

type SealedColumn = { [Table in keyof Schema]: ColumnOf<Table> }[keyof Schema];

/**
 * The columns whose key fingerprints are checked at start. Each text in them was made with an encryption key and names
 * its fingerprint.
 */
export const sealedColumns = [
  ['oauth_state', 'sealed'],
  ['oauth_session', 'sealed'],
  ['client_key', 'sealed'],
  ['ui_session', 'mac'],
  ['account_handle', 'mac'],
  ['api_key', 'mac'],
  ['issued_secret', 'sealed'],
  ['key_request', 'mac'],
  ['key_request', 'code_digest'],
  ['native_app', 'mac'],
  ['temp_token', 'mac'],
  ['operator_session', 'mac'],
  ['operator_session', 'token_mac'],
  ['native_lookup_key', 'sealed'],
  ['native_refresh', 'mac'],
  ['native_refresh', 'sealed'],
  ['password_session', 'mac'],
  ['password_session_key', 'sealed'],
  ['encryption_key', 'canary'],
] as const satisfies readonly SealedColumn[];
