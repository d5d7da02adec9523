// The program's own parts, as they were built: their decorators cannot be run from the source.
import 'reflect-metadata';
import type * as ApiKeyRepositoryModule from '../src/api-keys/keys/api-key.repository.ts';
import type * as ApiKeyVerifierModule from '../src/api-keys/keys/api-key.verifier.ts';
import type * as LastUsedModule from '../src/api-keys/keys/api-key-last-use.service.ts';
import type * as RecentApiKeysModule from '../src/api-keys/keys/api-key.cache.ts';
import type * as RefusalNotesModule from '../src/api-keys/keys/api-key-refusal-log.service.ts';
import type * as AuditEventRepositoryModule from '../src/audit/audit-event.repository.ts';
import type * as AuditLogModule from '../src/audit/audit-log.service.ts';
import type * as BatchedAuditLogModule from '../src/audit/batched-audit-log.service.ts';
import type * as ConfigModule from '../src/config/config.ts';
import type * as ApiKeySecretModule from '../src/crypto/api-key-secret.ts';
import type * as KeyringModule from '../src/crypto/keyring.ts';
import type * as RowMacModule from '../src/crypto/row-mac.ts';
import type * as SealedBoxModule from '../src/crypto/sealed-box.ts';
import type * as SecretModule from '../src/crypto/secret.ts';
import type * as ForeignWritesModule from '../src/database/cache/foreign-writes.service.ts';
import type * as MigratorModule from '../src/database/migrator/migrator.ts';
import type * as OpenDatabaseModule from '../src/database/connection/open-database.ts';
import type * as LogModule from '../src/observability/log/log.ts';
import type * as MetricsModule from '../src/observability/metrics/metrics.ts';
import type * as ClientMetadataModule from '../src/oauth/issuers/client-metadata.ts';
import type * as GrantedRowModule from '../src/sessions/stored/granted-row.ts';
import type * as SessionRepositoryModule from '../src/sessions/stored/session.repository.ts';
import type * as SessionSecretsModule from '../src/sessions/stored/session-secrets.service.ts';
import type * as TempTokenModule from '../src/temp-tokens/temp-token.ts';
import type * as TempTokenRepositoryModule from '../src/temp-tokens/temp-token.repository.ts';
import type * as UiSessionRepositoryModule from '../src/ui-sessions/ui-session.repository.ts';

const built = new URL('../dist/src/', import.meta.url);

function load(path: string): Promise<unknown> {
  return import(new URL(path, built).href);
}

export const { readConfig } = (await load('config/config.js')) as typeof ConfigModule;
export const { Keyring } = (await load('crypto/keyring.js')) as typeof KeyringModule;
export const { SealedBox } = (await load('crypto/sealed-box.js')) as typeof SealedBoxModule;
export const { digestOf, newSecret } = (await load('crypto/secret.js')) as typeof SecretModule;
export const { migrateUp } = (await load('database/migrator.js')) as typeof MigratorModule;
export const { openDatabase } = (await load('database/open-database.js')) as typeof OpenDatabaseModule;
export const { clientIdOf } = (await load('oauth/client-metadata.js')) as typeof ClientMetadataModule;
export const { toGrantedRow } = (await load('sessions/granted-row.js')) as typeof GrantedRowModule;
export const { SessionRepository } = (await load(
  'sessions/session.repository.js',
)) as typeof SessionRepositoryModule;
export const { SessionSecretsBox } = (await load(
  'sessions/session-secrets.js',
)) as typeof SessionSecretsModule;
export const { RowMac } = (await load('crypto/row-mac.js')) as typeof RowMacModule;
export const { newTempToken } = (await load('temp-tokens/temp-token.js')) as typeof TempTokenModule;
export const { TempTokenRepository } = (await load(
  'temp-tokens/temp-token.repository.js',
)) as typeof TempTokenRepositoryModule;
export const { UiSessionRepository } = (await load(
  'ui-sessions/ui-session.repository.js',
)) as typeof UiSessionRepositoryModule;
export const { ApiKeyRepository, macBinding: apiKeyBindingOf } = (await load(
  'api-keys/api-key.repository.js',
)) as typeof ApiKeyRepositoryModule;
export const { ApiKeyVerifier } = (await load('api-keys/api-key.verifier.js')) as typeof ApiKeyVerifierModule;
export const { ApiKeyLastUse } = (await load('api-keys/last-used.js')) as typeof LastUsedModule;
export const { ApiKeyCache } = (await load('api-keys/recent-api-keys.js')) as typeof RecentApiKeysModule;
export const { ApiKeyRefusalLog } = (await load('api-keys/refusal-notes.js')) as typeof RefusalNotesModule;
export const { AuditEventRepository } = (await load(
  'audit/audit-event.repository.js',
)) as typeof AuditEventRepositoryModule;
export const { AuditLog } = (await load('audit/audit-log.service.js')) as typeof AuditLogModule;
export const { BatchedAuditLog } = (await load(
  'audit/batched-audit-log.service.js',
)) as typeof BatchedAuditLogModule;
export const { newApiKeySecret, startOf } = (await load(
  'crypto/api-key-secret.js',
)) as typeof ApiKeySecretModule;
export const { ForeignWrites } = (await load('database/foreign-writes.js')) as typeof ForeignWritesModule;
export const { Log } = (await load('observability/log.js')) as typeof LogModule;
export const { Metrics } = (await load('observability/metrics.js')) as typeof MetricsModule;
