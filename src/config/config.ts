import { dirname, join } from 'node:path';
import { ConfigError } from './config-error.ts';
import { findContradictions } from './contradictions.ts';
import type { DatabaseConfig } from './values/database-url.ts';
import { keyScopeParts } from './values/key-scope.ts';
import type { Settings } from './environment.ts';
import type { ListenAddress } from './values/listen-address.ts';
import type { Environment } from './parse-environment.ts';
import { parseEnvironment } from './parse-environment.ts';
import { baseUrlOf, publicUrlOf } from './public-address.ts';

export type { DatabaseConfig, ListenAddress };

/** How the authorization servers know the broker: virtual on one machine, by its client id on the web. */
export type ClientConfig =
  | { readonly kind: 'loopback' }
  | { readonly kind: 'confidential'; readonly acceptedClientId: string | undefined };

/** What the client metadata tells people about the broker. Absolute https URLs. */
type ClientProfile = {
  readonly name: string;
  readonly logoUri: string | undefined;
  readonly tosUri: string | undefined;
  readonly policyUri: string | undefined;
};

type CookieConfig = {
  readonly name: string;
  readonly domain: string | undefined;
  readonly secure: boolean;
};

/** Keys from the settings (32 bytes each, the first seals), or one key that is made in `file` on first start. */
type EncryptionConfig =
  | { readonly kind: 'given'; readonly keys: readonly Buffer[] }
  | { readonly kind: 'generated'; readonly file: string };

/** Returns the fields of the configuration. Each is written once, and its type follows from its setting. */
function toFields(settings: Settings) {
  const dataDirectory = dataDirectoryOf(settings.LATCHKEY_DATABASE_URL);
  const scopeParts = settings.LATCHKEY_SCOPE.split(' ');
  const ofKeys = keyScopeParts(settings.LATCHKEY_KEY_SCOPE, scopeParts);
  return {
    /** Origin only: https, or http on a loopback address. */
    publicUrl: publicUrlOf(settings),
    listen: settings.LATCHKEY_LISTEN,
    /** Empty, or `/x` without a trailing slash. */
    basePath: settings.LATCHKEY_BASE_PATH ?? '',
    /** Origin and base path, without a trailing slash. */
    baseUrl: baseUrlOf(settings),
    client: toClient(settings),
    clientProfile: toClientProfile(settings),
    /** The scope that a login asks for, separated by single spaces; `atproto` is in it. */
    scope: settings.LATCHKEY_SCOPE,
    /** The parts that a key may be given, as written; `atproto` is the first. */
    keyScopeParts: ofKeys,
    /** Everything that logins and keys may ask for. The client metadata has each part verbatim, or servers refuse it. */
    declaredScope: [...new Set([...scopeParts, ...ofKeys])].join(' '),
    /** The file of permission sets that are not fetched from the network. */
    permissionSetsFile: settings.LATCHKEY_PERMISSION_SETS_FILE,
    cookie: toCookie(settings),
    database: settings.LATCHKEY_DATABASE_URL,
    acceptedRestore: settings.LATCHKEY_ACCEPT_RESTORED,
    spoolDirectory: settings.LATCHKEY_SPOOL_DIR ?? join(dataDirectory, 'spool'),
    /** How long a silent instance may still return with an answer. */
    spoolPatienceMs: settings.LATCHKEY_SPOOL_PATIENCE,
    encryption: toEncryption(settings, dataDirectory),
    adminToken: settings.LATCHKEY_ADMIN_TOKEN,
    introspectToken: settings.LATCHKEY_INTROSPECT_TOKEN,
    identity: { plcUrl: settings.LATCHKEY_PLC_URL, handleResolver: settings.LATCHKEY_HANDLE_RESOLVER },
    outbound: { allowHttp: settings.LATCHKEY_DEV_ALLOW_HTTP },
    /** The point at which a test lets the process fail. */
    failPoint: settings.LATCHKEY_DEV_FAIL_POINT,
    /** The largest body that is passed on to a PDS. */
    uploadLimitBytes: settings.LATCHKEY_UPLOAD_LIMIT,
    /** How many sessions are kept in memory, opened and ready to sign. */
    cachedSessions: settings.LATCHKEY_CACHED_SESSIONS,
    /** How many service tokens are kept in memory. */
    cachedServiceTokens: settings.LATCHKEY_CACHED_SERVICE_TOKENS,
    /** Whether a service token may be for every method of a service. */
    methodlessServiceTokens: settings.LATCHKEY_METHODLESS_SERVICE_TOKENS,
    /** Requests per minute and process, and calls of one session at a time. */
    limits: {
      perAddress: settings.LATCHKEY_LIMIT_PER_ADDRESS,
      perCredential: settings.LATCHKEY_LIMIT_PER_CREDENTIAL,
      connections: settings.LATCHKEY_LIMIT_CONNECTIONS,
      connectionsPerAddress: settings.LATCHKEY_LIMIT_CONNECTIONS_PER_ADDRESS,
      concurrencyPerSession: settings.LATCHKEY_CONCURRENCY_PER_SESSION,
      /** Authorizations that begin: from one address, and in all. */
      loginsPerAddress: settings.LATCHKEY_LIMIT_LOGINS_PER_ADDRESS,
      logins: settings.LATCHKEY_LIMIT_LOGINS,
      /** From one address, and for one account. */
      keyRequests: settings.LATCHKEY_LIMIT_KEY_REQUESTS,
      /** Of native apps: from one address, of one app without its own limit, and of all together. */
      nativePerAddress: settings.LATCHKEY_LIMIT_NATIVE_PER_ADDRESS,
      nativePerApp: settings.LATCHKEY_LIMIT_NATIVE_PER_APP,
      native: settings.LATCHKEY_LIMIT_NATIVE,
    },
    /** How many refresh tokens of native apps are remembered. */
    nativeTokens: settings.LATCHKEY_NATIVE_TOKENS,
    /** How many temp tokens live at a time for one resource of one scope. */
    tempTokensPerResource: settings.LATCHKEY_TEMP_TOKENS_PER_RESOURCE,
    allowedOrigins: settings.LATCHKEY_ALLOWED_ORIGINS,
    allowedDids: settings.LATCHKEY_ALLOWED_DIDS ?? ('any' as const),
    /** IP addresses and CIDR blocks. */
    trustedProxies: settings.LATCHKEY_TRUSTED_PROXIES,
    metricsListen: settings.LATCHKEY_METRICS_LISTEN,
    /** How many live keys an account may have. */
    keysPerAccount: settings.LATCHKEY_KEYS_PER_ACCOUNT,
    keyRequests: settings.LATCHKEY_KEY_REQUESTS,
    /** How many key requests wait for their owners at a time, of all accounts together. */
    pendingKeyRequests: settings.LATCHKEY_PENDING_KEY_REQUESTS,
    /** How long audit events are kept. */
    auditDays: settings.LATCHKEY_AUDIT_DAYS,
  };
}

type Fields = DeepReadonly<ReturnType<typeof toFields>>;

type DeepReadonly<Value> = Value extends URL | Buffer | string | number | boolean | undefined
  ? Value
  : { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> };

// TypeScript lets a class take its fields from a type only through its base.
const WithFields = Object as unknown as new () => Fields;

/** The broker's configuration, free of contradictions, made by `readConfig`. The class is its Nest token. */
export class Config extends WithFields {
  constructor(settings: Settings) {
    super();
    Object.assign(this, toFields(settings));
  }
}

/**
 * Reads the configuration out of environment variables.
 *
 * Relative paths stay as they were written.
 *
 * @throws ConfigError whose message names every variable that is malformed, empty, unknown or in contradiction to another
 */
export function readConfig(environment: Environment = process.env): Config {
  const { settings, problems } = parseEnvironment(environment);
  const unreadable = new Set(problems.map(problem => problem.variable));
  const all = [...problems, ...findContradictions(settings, unreadable)];
  if (all.length > 0) throw new ConfigError(all);
  return new Config(settings);
}

function dataDirectoryOf(database: DatabaseConfig): string {
  return database.kind === 'sqlite' ? dirname(database.path) : 'data';
}

function toClient(settings: Settings): ClientConfig {
  if (publicUrlOf(settings).protocol === 'http:') return { kind: 'loopback' };
  return { kind: 'confidential', acceptedClientId: settings.LATCHKEY_ACCEPT_CLIENT_ID };
}

function toClientProfile(settings: Settings): ClientProfile {
  return {
    name: settings.LATCHKEY_CLIENT_NAME,
    logoUri: settings.LATCHKEY_LOGO_URI,
    tosUri: settings.LATCHKEY_TOS_URI,
    policyUri: settings.LATCHKEY_POLICY_URI,
  };
}

/** Browsers hold the cookie to the promise of its name's prefix (RFC 6265bis, section 4.1.3). */
function toCookie(settings: Settings): CookieConfig {
  const domain = settings.LATCHKEY_COOKIE_DOMAIN;
  if (publicUrlOf(settings).protocol === 'http:') return { name: 'latchkey', domain, secure: false };
  if (domain === undefined) return { name: '__Host-latchkey', domain, secure: true };
  return { name: '__Secure-latchkey', domain, secure: true };
}

function toEncryption(settings: Settings, dataDirectory: string): EncryptionConfig {
  const keys = settings.LATCHKEY_ENCRYPTION_KEYS;
  if (keys !== undefined) return { kind: 'given', keys };
  const file = settings.LATCHKEY_ENCRYPTION_KEY_FILE ?? join(dataDirectory, 'encryption.key');
  return { kind: 'generated', file };
}
