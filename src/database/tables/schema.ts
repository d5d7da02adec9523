import type { ApiKeyTable } from './api-key.ts';
import type { AuditEventTable } from './audit-event.ts';
import type { ClientKeyTable } from './client-key.ts';
import type { EncryptionKeyTable } from './encryption-key.ts';
import type { InstanceTable } from './instance.ts';
import type { KeyRequestTable } from './key-request.ts';
import type { LeaseTable } from './lease.ts';
import type { NativeAppTable } from './native-app.ts';
import type { NativeLookupKeyTable } from './native-lookup-key.ts';
import type { NativeProofTable } from './native-proof.ts';
import type { NativeRefreshTable } from './native-refresh.ts';
import type { OauthSessionTable } from './oauth-session.ts';
import type { OauthStateTable } from './oauth-state.ts';
import type { PermissionSetTable } from './permission-set.ts';
import type { OperatorSessionTable } from './operator-session.ts';
import type { TempTokenTable } from './temp-token.ts';
import type { UiSessionTable } from './ui-session.ts';

/** Every table and its columns, after all of `migrations/`. */
export type Schema = {
  api_key: ApiKeyTable;
  audit_event: AuditEventTable;
  client_key: ClientKeyTable;
  encryption_key: EncryptionKeyTable;
  instance: InstanceTable;
  key_request: KeyRequestTable;
  lease: LeaseTable;
  native_app: NativeAppTable;
  native_lookup_key: NativeLookupKeyTable;
  native_proof: NativeProofTable;
  native_refresh: NativeRefreshTable;
  oauth_session: OauthSessionTable;
  oauth_state: OauthStateTable;
  permission_set: PermissionSetTable;
  operator_session: OperatorSessionTable;
  temp_token: TempTokenTable;
  ui_session: UiSessionTable;
};
