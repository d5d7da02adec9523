import type { Migration } from 'kysely/migration';
import * as foundation from './0001-foundation.ts';
import * as refresher from './0002-refresher.ts';
import * as sessionIndexes from './0003-session-indexes.ts';
import * as auditEvents from './0004-audit-events.ts';
import * as tempTokens from './0005-temp-tokens.ts';
import * as apiKeys from './0006-api-keys.ts';
import * as permissionSets from './0007-permission-sets.ts';
import * as askedScopes from './0008-asked-scopes.ts';
import * as nativeApps from './0009-native-apps.ts';
import * as operatorSessions from './0010-operator-sessions.ts';
import * as spoolOwners from './0011-spool-owners.ts';
import * as tokenFlaws from './0012-token-flaws.ts';
import * as settledCommits from './0013-settled-commits.ts';
import * as suspendedBrowsers from './0014-suspended-browsers.ts';
import * as issuerTraits from './0015-issuer-traits.ts';
import * as rolledBackSessions from './0016-rolled-back-sessions.ts';
import * as passwordSessions from './0017-password-sessions.ts';
import * as accountHandles from './0018-account-handles.ts';
import * as installation from './0019-installation.ts';
import * as keyUsage from './0020-key-usage.ts';

/** Every migration by name, in the order of their runs. Sorted names have the same order. */
export const migrations: Readonly<Record<string, Required<Migration>>> = {
  '0001-foundation': foundation,
  '0002-refresher': refresher,
  '0003-session-indexes': sessionIndexes,
  '0004-audit-events': auditEvents,
  '0005-temp-tokens': tempTokens,
  '0006-api-keys': apiKeys,
  '0007-permission-sets': permissionSets,
  '0008-asked-scopes': askedScopes,
  '0009-native-apps': nativeApps,
  '0010-operator-sessions': operatorSessions,
  '0011-spool-owners': spoolOwners,
  '0012-token-flaws': tokenFlaws,
  '0013-settled-commits': settledCommits,
  '0014-suspended-browsers': suspendedBrowsers,
  '0015-issuer-traits': issuerTraits,
  '0016-rolled-back-sessions': rolledBackSessions,
  '0017-password-sessions': passwordSessions,
  '0018-account-handles': accountHandles,
  '0019-installation': installation,
  '0020-key-usage': keyUsage,
};
