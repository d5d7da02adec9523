import { dirname, join } from 'node:path';
import { ConfigError } from './config-error.ts';
import { findContradictions } from './contradictions.ts';
import type { DatabaseConfig } from './values/database-url.ts';
import type { Settings } from './environment.ts';
import type { FailPointSetting } from './values/fail-point.ts';
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
export type ClientProfile = {
  readonly name: string;
  readonly logoUri: string | undefined;
  readonly tosUri: string | undefined;
  readonly policyUri: string | undefined;
};

export type CookieConfig = {
  readonly name: string;
  readonly domain: string | undefined;
  readonly secure: boolean;
};

/** Keys from the settings (32 bytes each, the first seals), or one key that is made in `file` on first start. */
export type EncryptionConfig =
  | { readonly kind: 'given'; readonly keys: readonly Buffer[] }
  | { readonly kind: 'generated'; readonly file: string };

/** The broker's configuration, free of contradictions: `readConfig` makes it, and the class is its Nest token. */
export class Config {
  /** Origin only: https, or http on a loopback address. */
  readonly publicUrl: URL;
  readonly listen: ListenAddress;
  /** Empty, or `/x` without a trailing slash. */
  readonly basePath: string;
  /** Origin and base path, without a trailing slash. */
  readonly baseUrl: string;
  readonly client: ClientConfig;
  readonly clientProfile: ClientProfile;
  /** The scope that a login asks for, separated by single spaces; `atproto` is in it. */
  readonly scope: string;
  /** Its parts as they were written: so they stand in the client metadata, and only so a server takes them. */
  readonly scopeParts: readonly string[];
  /** The file of permission sets that the network is not asked for. */
  readonly permissionSetsFile: string | undefined;
  readonly cookie: CookieConfig;
  readonly database: DatabaseConfig;
  readonly spoolDirectory: string;
  readonly encryption: EncryptionConfig;
  readonly adminToken: string | undefined;
  readonly introspectToken: string | undefined;
  readonly identity: { readonly plcUrl: URL; readonly handleResolver: URL | undefined };
  readonly outbound: { readonly allowHttp: boolean };
  /** Where a test wants the process to fail. */
  readonly failPoint: FailPointSetting | undefined;
  /** The largest body that is passed on to a PDS. */
  readonly uploadLimitBytes: number;
  /** How many sessions are kept in memory, opened and ready to sign. */
  readonly cachedSessions: number;
  /** How many service tokens are kept in memory. */
  readonly cachedServiceTokens: number;
  /** Whether a service token may be for every method of a service. */
  readonly methodlessServiceTokens: boolean;
  /** Requests per minute and process, and calls of one session at a time. */
  readonly limits: {
    readonly perAddress: number | 'off';
    readonly perCredential: number | 'off';
    readonly concurrencyPerSession: number;
    /** From one address, and for one account. */
    readonly keyRequests: number | 'off';
    /** Of native apps: from one address, of one app that has no limit of its own, and of all together. */
    readonly nativePerAddress: number | 'off';
    readonly nativePerApp: number | 'off';
    readonly native: number | 'off';
  };
  /** How many refresh tokens of native apps are remembered. */
  readonly nativeTokens: number;
  /** How many temp tokens live at a time for one resource of one scope. */
  readonly tempTokensPerResource: number;
  readonly allowedOrigins: readonly string[];
  readonly allowedDids: 'any' | readonly string[];
  /** IP addresses and CIDR blocks. */
  readonly trustedProxies: readonly string[];
  readonly metricsListen: ListenAddress | undefined;
  /** How many live keys an account may have. */
  readonly keysPerAccount: number;
  readonly keyRequests: 'open' | 'signed-in' | 'off';
  /** How many key requests wait for their owners at a time, of all accounts together. */
  readonly pendingKeyRequests: number;
  /** How long audit events are kept. */
  readonly auditDays: number;

  constructor(settings: Settings) {
    const dataDirectory = dataDirectoryOf(settings.LATCHKEY_DATABASE_URL);
    this.publicUrl = publicUrlOf(settings);
    this.listen = settings.LATCHKEY_LISTEN;
    this.basePath = settings.LATCHKEY_BASE_PATH ?? '';
    this.baseUrl = baseUrlOf(settings);
    this.client = toClient(settings);
    this.clientProfile = toClientProfile(settings);
    this.scope = settings.LATCHKEY_SCOPE;
    this.scopeParts = settings.LATCHKEY_SCOPE.split(' ');
    this.permissionSetsFile = settings.LATCHKEY_PERMISSION_SETS_FILE;
    this.cookie = toCookie(settings);
    this.database = settings.LATCHKEY_DATABASE_URL;
    this.spoolDirectory = settings.LATCHKEY_SPOOL_DIR ?? join(dataDirectory, 'spool');
    this.encryption = toEncryption(settings, dataDirectory);
    this.adminToken = settings.LATCHKEY_ADMIN_TOKEN;
    this.introspectToken = settings.LATCHKEY_INTROSPECT_TOKEN;
    this.identity = { plcUrl: settings.LATCHKEY_PLC_URL, handleResolver: settings.LATCHKEY_HANDLE_RESOLVER };
    this.outbound = { allowHttp: settings.LATCHKEY_DEV_ALLOW_HTTP };
    this.failPoint = settings.LATCHKEY_DEV_FAIL_POINT;
    this.uploadLimitBytes = settings.LATCHKEY_UPLOAD_LIMIT;
    this.cachedSessions = settings.LATCHKEY_CACHED_SESSIONS;
    this.cachedServiceTokens = settings.LATCHKEY_CACHED_SERVICE_TOKENS;
    this.methodlessServiceTokens = settings.LATCHKEY_METHODLESS_SERVICE_TOKENS;
    this.limits = {
      perAddress: settings.LATCHKEY_LIMIT_PER_ADDRESS,
      perCredential: settings.LATCHKEY_LIMIT_PER_CREDENTIAL,
      concurrencyPerSession: settings.LATCHKEY_CONCURRENCY_PER_SESSION,
      keyRequests: settings.LATCHKEY_LIMIT_KEY_REQUESTS,
      nativePerAddress: settings.LATCHKEY_LIMIT_NATIVE_PER_ADDRESS,
      nativePerApp: settings.LATCHKEY_LIMIT_NATIVE_PER_APP,
      native: settings.LATCHKEY_LIMIT_NATIVE,
    };
    this.nativeTokens = settings.LATCHKEY_NATIVE_TOKENS;
    this.tempTokensPerResource = settings.LATCHKEY_TEMP_TOKENS_PER_RESOURCE;
    this.allowedOrigins = settings.LATCHKEY_ALLOWED_ORIGINS;
    this.allowedDids = settings.LATCHKEY_ALLOWED_DIDS ?? 'any';
    this.trustedProxies = settings.LATCHKEY_TRUSTED_PROXIES;
    this.metricsListen = settings.LATCHKEY_METRICS_LISTEN;
    this.keysPerAccount = settings.LATCHKEY_KEYS_PER_ACCOUNT;
    this.keyRequests = settings.LATCHKEY_KEY_REQUESTS;
    this.pendingKeyRequests = settings.LATCHKEY_PENDING_KEY_REQUESTS;
    this.auditDays = settings.LATCHKEY_AUDIT_DAYS;
  }
}

/**
 * Reads the configuration out of environment variables.
 *
 * Relative paths stay as they were written. Throws a `ConfigError` whose one message names every variable
 * that is malformed, empty, unknown or in contradiction to another, with the remedy.
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
  return keys === undefined
    ? { kind: 'generated', file: join(dataDirectory, 'encryption.key') }
    : { kind: 'given', keys };
}
