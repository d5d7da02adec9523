// The program's own parts, as they were built: their decorators cannot be run from the source.
import 'reflect-metadata';
import type * as ConfigModule from '../src/config/config.ts';
import type * as KeyringModule from '../src/crypto/keyring.ts';
import type * as RowMacModule from '../src/crypto/row-mac.ts';
import type * as SealedBoxModule from '../src/crypto/sealed-box.ts';
import type * as SecretModule from '../src/crypto/secret.ts';
import type * as MigratorModule from '../src/database/migrator.ts';
import type * as OpenDatabaseModule from '../src/database/open-database.ts';
import type * as ClientMetadataModule from '../src/oauth/client-metadata.ts';
import type * as GrantedRowModule from '../src/sessions/granted-row.ts';
import type * as SessionRepositoryModule from '../src/sessions/session.repository.ts';
import type * as SessionSecretsModule from '../src/sessions/session-secrets.ts';
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
