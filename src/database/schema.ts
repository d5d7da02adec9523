import type { ApiKeyTable } from './tables/api-key.ts';
import type { AuditEventTable } from './tables/audit-event.ts';
import type { ClientKeyTable } from './tables/client-key.ts';
import type { EncryptionKeyTable } from './tables/encryption-key.ts';
import type { InstanceTable } from './tables/instance.ts';
import type { KeyRequestTable } from './tables/key-request.ts';
import type { LeaseTable } from './tables/lease.ts';
import type { NativeAppTable } from './tables/native-app.ts';
import type { NativeLookupKeyTable } from './tables/native-lookup-key.ts';
import type { NativeProofTable } from './tables/native-proof.ts';
import type { NativeRefreshTable } from './tables/native-refresh.ts';
import type { OauthSessionTable } from './tables/oauth-session.ts';
import type { OauthStateTable } from './tables/oauth-state.ts';
import type { PermissionSetTable } from './tables/permission-set.ts';
import type { OperatorSessionTable } from './tables/operator-session.ts';
import type { TempTokenTable } from './tables/temp-token.ts';
import type { UiSessionTable } from './tables/ui-session.ts';

/** Every table and its columns, as `migrations/` leaves them. */
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
