import type { Schema } from '../../src/database/tables/schema.ts';

type Tenants = {
  /** The folder or room that stores the table's rows. */
  home: string;
  /** Other folders and rooms that name the table in a query, each with the reason. */
  also?: Record<string, string>;
};

const holders =
  'isUnheld() decides within the statement that ends a session whether it has a holder. A question to the folders ' +
  'above would leave time for a new holder between the answer and the statement.';

/** Which folder of `src/` may name which table. */
export const tableTenants: Record<keyof Schema, Tenants> = {
  account_handle: { home: 'identity/handles' },
  api_key: { home: 'api-keys/keys', also: { 'sessions/stored': holders } },
  audit_event: { home: 'audit' },
  client_key: { home: 'oauth/client-keys' },
  commit_mark: { home: 'database/connection' },
  encryption_key: { home: 'crypto' },
  installation: { home: 'database/home' },
  instance: {
    home: 'leases/instances',
    also: {
      'database/home':
        'Says who was last alive at the home of a restored database, before anything is started.',
    },
  },
  issued_secret: { home: 'api-keys/keys' },
  issuer_trait: { home: 'oauth/issuers' },
  key_request: { home: 'api-keys/requests/stored', also: { 'sessions/stored': holders } },
  key_usage: { home: 'api-keys/usage' },
  lease: { home: 'leases' },
  native_app: { home: 'native-apps/registry' },
  native_lookup_key: { home: 'native-apps/tokens' },
  native_proof: { home: 'native-apps/tokens' },
  native_refresh: {
    home: 'native-apps/tokens',
    also: {
      'oauth/client-keys':
        "Counts an app's remembered refresh tokens per key for the operator's list of keys. It only reads, and " +
        'a port for one count would be larger than the count.',
    },
  },
  oauth_session: {
    home: 'sessions/stored',
    also: {
      'sessions/answers': 'Stores the answer to a refresh, guarded by generation and status.',
      'sessions/refresh': 'Writes the columns of the attempt, each guarded by generation and attempt.',
      'sessions/rollback':
        'Puts rows back that the database rolled back, each write guarded by the row as it was read.',
      'sessions/endings':
        'Gives an existing session a new grant and puts its old one aside, in one transaction.',
      'ui-sessions':
        'Ends the browsers of sessions whose lost answer did not come within a day, in one statement.',
      'api-keys/keys': "A key's verification reads its session's status and scope in the same statement.",
      'oauth/client-keys': 'A retired key stays published while a session that it signed for lives.',
      'background/refresh': 'Claims due sessions in one statement, so that no two workers get the same one.',
      'background/states': 'Counts sessions by state for the metrics and the page of the operator.',
      'background/sweeps': 'Finds sessions that are idle, near their end or without a holder.',
    },
  },
  oauth_state: { home: 'oauth/authorization' },
  operator_session: { home: 'operator-sessions' },
  password_session: { home: 'api-keys/password-sessions' },
  password_session_key: { home: 'api-keys/password-sessions' },
  permission_set: { home: 'oauth/scopes' },
  temp_token: { home: 'temp-tokens' },
  ui_session: { home: 'ui-sessions', also: { 'sessions/stored': holders } },
};

/** Files that get the table's name from elsewhere, with the reason. */
export const anyTable: Record<string, string> = {
  'background/sweeps/expired-row.repository.ts':
    'Deletes expired rows of the tables that it lists: they need no other work.',
  'crypto/encryption-key.repository.ts':
    'Reads which keys the sealed columns of all tables name, before one is taken away.',
  'database/migrator/migration-loss.ts': 'Counts what the undoing of a migration would take away.',
  'database/migrator/migration-tables.ts': "Kysely's own tables of migrations.",
  'database/postgres/row-lock-adapter.ts': "Kysely's own lock of migrations.",
};

/** Files that name a table and are no repository, with the reason. */
export const notRepositories: Record<string, string> = {
  'database/connection/settled-transactions.ts':
    'The database settles its own transactions, and a repository needs the database.',
  'sessions/stored/session-holders.ts':
    'Builds a condition that several repositories put into their statements.',
};
