import { isValidDid } from '@atproto/syntax';
import { z } from 'zod';
import { byteSize } from './values/byte-size.ts';
import { databaseUrl } from './values/database-url.ts';
import { dayCount } from './values/day-count.ts';
import { duration } from './values/duration.ts';
import { failPointSetting } from './values/fail-point.ts';
import { listenAddress } from './values/listen-address.ts';
import { oauthScope, scopeList } from './values/oauth-scope.ts';
import { publicUrl } from './values/public-url.ts';
import { positiveCount, requestLimit } from './values/request-limit.ts';
import { bearerToken, encryptionKeys } from './values/secrets.ts';
import { displayName, flag, listOf, oneOf, text } from './values/text-settings.ts';
import { trustedProxy } from './values/trusted-proxies.ts';
import { basePath, serviceUrl, webOrigin, webPage } from './values/urls.ts';

/** The documentation of a setting. `unset` tells what happens without it, if there is no fixed default. */
export type SettingDocumentation = {
  readonly meaning: string;
  readonly example: string;
  readonly unset?: string;
};

/** The documentation of each variable of `environmentSchema`. */
export const settingDocumentation = z.registry<SettingDocumentation>();

const did = z.string().refine(isValidDid, 'must be a DID such as did:plc:…; handles may change hands');

/** Every variable that Latchkey reads, once. A `prefault` is the documented default. */
export const environmentSchema = z.object({
  LATCHKEY_PUBLIC_URL: publicUrl.optional().register(settingDocumentation, {
    meaning: 'The origin of the broker for people and programs. With https it is a confidential client',
    example: 'https://latchkey.your-domain.net',
    unset: '`http://` and `LATCHKEY_LISTEN`',
  }),
  LATCHKEY_LISTEN: listenAddress.prefault('127.0.0.1:8787').register(settingDocumentation, {
    meaning: 'The IP address and port to listen on',
    example: '0.0.0.0:8787',
  }),
  LATCHKEY_BASE_PATH: basePath.optional().register(settingDocumentation, {
    meaning: 'The path below which every route lives',
    example: '/latchkey',
    unset: 'the root',
  }),
  LATCHKEY_ACCEPT_CLIENT_ID: text.optional().register(settingDocumentation, {
    meaning: 'Confirms a changed https client id. The sessions of the old client id stop working',
    example: 'https://latchkey.your-domain.net/oauth-client-metadata.json',
    unset: 'the broker does not start with a changed client id',
  }),
  LATCHKEY_CLIENT_NAME: displayName.prefault('Latchkey').register(settingDocumentation, {
    meaning: 'The name that people see when they authorize',
    example: 'Field Notes',
  }),
  LATCHKEY_LOGO_URI: webPage.optional().register(settingDocumentation, {
    meaning: 'The picture that people see when they sign in and authorize',
    example: 'https://latchkey.your-domain.net/logo.png',
    unset: 'none',
  }),
  LATCHKEY_TOS_URI: webPage.optional().register(settingDocumentation, {
    meaning: 'The page with the terms of service, linked from every page',
    example: 'https://your-domain.net/terms',
    unset: 'none',
  }),
  LATCHKEY_POLICY_URI: webPage.optional().register(settingDocumentation, {
    meaning: 'The page with the privacy policy, linked from every page',
    example: 'https://your-domain.net/privacy',
    unset: 'none',
  }),
  LATCHKEY_SCOPE: oauthScope.prefault('atproto transition:generic').register(settingDocumentation, {
    meaning:
      'The OAuth scope that a login requests, separated by single spaces. It may name permission sets (`include:`)',
    example: 'atproto repo:app.bsky.feed.post blob:image/*',
  }),
  LATCHKEY_KEY_SCOPE: scopeList.optional().register(settingDocumentation, {
    meaning: 'The scopes that an API key may be given, separated by single spaces. No login requests them',
    example: 'transition:generic repo:app.bsky.feed.post blob:image/*',
    unset: '`LATCHKEY_SCOPE`, `transition:generic` and [what bots need](../scopes.md#offer-scopes)',
  }),
  LATCHKEY_PERMISSION_SETS_FILE: text.optional().register(settingDocumentation, {
    meaning: 'A file with a JSON array of lexicons: permission sets that the broker does not look up',
    example: '/etc/latchkey/permission-sets.json',
    unset: 'the broker looks up each at its authority',
  }),
  LATCHKEY_COOKIE_DOMAIN: text.optional().register(settingDocumentation, {
    meaning: 'Shares the login cookie with sibling hosts below this domain (https only)',
    example: 'your-domain.net',
    unset: "the public URL's host alone",
  }),
  LATCHKEY_DATABASE_URL: databaseUrl
    .prefault('sqlite:./data/latchkey.sqlite')
    .register(settingDocumentation, {
      meaning: 'The database: `sqlite:PATH` for one process, `postgres://…` for any number',
      example: 'postgres://latchkey:password@db.internal/latchkey',
    }),
  LATCHKEY_ACCEPT_RESTORED: text.optional().register(settingDocumentation, {
    meaning:
      'Accepts that the database was restored. The broker names the value when it refuses to start. Remove it afterwards',
    example: '5ef0005783e3136d',
    unset: 'the broker does not start on a restored or copied database',
  }),
  LATCHKEY_SPOOL_DIR: text.optional().register(settingDocumentation, {
    meaning:
      'The directory for sealed answers while the database is unavailable. Keep it on a persistent disk, and never copy it',
    example: '/var/lib/latchkey/spool',
    unset: '`spool` beside the SQLite file, `./data/spool` with Postgres',
  }),
  LATCHKEY_SPOOL_PATIENCE: duration(15).prefault('1h').register(settingDocumentation, {
    meaning:
      'How long to wait for a silent instance whose disk may hold answers, before its tokens are sent again',
    example: '12h',
  }),
  LATCHKEY_ENCRYPTION_KEYS: encryptionKeys.optional().register(settingDocumentation, {
    meaning: 'Keys that seal stored secrets: base64 of 32 bytes each, comma-separated. The first key seals',
    example: '$(openssl rand -base64 32)',
    unset: 'one in a file with SQLite, required with Postgres',
  }),
  LATCHKEY_ENCRYPTION_KEY_FILE: text.optional().register(settingDocumentation, {
    meaning:
      'With SQLite, the file of the encryption key, which the first start creates. Keep it apart from the database',
    example: '/etc/latchkey/encryption.key',
    unset: '`encryption.key` beside the SQLite file',
  }),
  LATCHKEY_ADMIN_TOKEN: bearerToken.optional().register(settingDocumentation, {
    meaning: "The operator's bearer token, at least 32 characters",
    example: '$(openssl rand -hex 32)',
    unset: 'operator routes are off',
  }),
  LATCHKEY_INTROSPECT_TOKEN: bearerToken.optional().register(settingDocumentation, {
    meaning: "The bearer token of an AppView's back end for introspection, at least 32 characters",
    example: '$(openssl rand -hex 32)',
    unset: 'introspection is for the operator alone',
  }),
  LATCHKEY_PLC_URL: serviceUrl.prefault('https://plc.directory').register(settingDocumentation, {
    meaning: 'The PLC directory',
    example: 'https://plc.your-domain.net',
  }),
  LATCHKEY_HANDLE_RESOLVER: serviceUrl.optional().register(settingDocumentation, {
    meaning: 'A service that resolves handles over XRPC',
    example: 'https://pds.your-domain.net',
    unset: 'DNS and HTTPS, as the AT Protocol describes',
  }),
  LATCHKEY_UPLOAD_LIMIT: byteSize.prefault('100MiB').register(settingDocumentation, {
    meaning: 'The largest body that is passed on to a PDS, in bytes or with `KiB`, `MiB` or `GiB`',
    example: '1GiB',
  }),
  LATCHKEY_CACHED_SESSIONS: positiveCount.prefault('10000').register(settingDocumentation, {
    meaning: 'Sessions that are kept in memory, ready to sign',
    example: '100000',
  }),
  LATCHKEY_CACHED_SERVICE_TOKENS: positiveCount.prefault('10000').register(settingDocumentation, {
    meaning: 'Service tokens that are kept in memory for reuse',
    example: '100000',
  }),
  LATCHKEY_METHODLESS_SERVICE_TOKENS: flag.prefault('false').register(settingDocumentation, {
    meaning: 'Allows service tokens for every method of a service, valid for one minute at most',
    example: 'true',
  }),
  LATCHKEY_LIMIT_PER_ADDRESS: requestLimit.prefault('6000').register(settingDocumentation, {
    meaning: 'Requests a minute from one address (of IPv6, one /64) that a process answers, or `off`',
    example: 'off',
  }),
  LATCHKEY_LIMIT_PER_CREDENTIAL: requestLimit.prefault('3000').register(settingDocumentation, {
    meaning: 'Requests a minute with one credential that a process answers, or `off`',
    example: '600',
  }),
  LATCHKEY_LIMIT_LOGINS_PER_ADDRESS: requestLimit.prefault('30').register(settingDocumentation, {
    meaning: 'Logins and authorizations that one address (of IPv6, one /64) may begin a minute, or `off`',
    example: '100',
  }),
  LATCHKEY_LIMIT_LOGINS: requestLimit.prefault('600').register(settingDocumentation, {
    meaning:
      'Logins and authorizations that all addresses together may begin a minute, and their requests to one directory, or `off`',
    example: '3000',
  }),
  LATCHKEY_LIMIT_CONNECTIONS: requestLimit.prefault('10000').register(settingDocumentation, {
    meaning: 'Connections of all addresses at a time, or `off`',
    example: '2000',
  }),
  LATCHKEY_LIMIT_CONNECTIONS_PER_ADDRESS: requestLimit.prefault('1000').register(settingDocumentation, {
    meaning: 'Connections of one address at a time, or `off`. Trusted proxies have no limit of their own',
    example: '200',
  }),
  LATCHKEY_CONCURRENCY_PER_SESSION: positiveCount.prefault('64').register(settingDocumentation, {
    meaning:
      'Concurrent calls of one session, and mints of service tokens. An account has four times as many',
    example: '16',
  }),
  LATCHKEY_TEMP_TOKENS_PER_RESOURCE: positiveCount.prefault('10').register(settingDocumentation, {
    meaning: 'Live temp tokens for one resource of one scope',
    example: '3',
  }),
  LATCHKEY_ALLOWED_ORIGINS: listOf(webOrigin).prefault('').register(settingDocumentation, {
    meaning: 'Further exact web origins that may call with cookies, comma-separated',
    example: 'https://app.your-domain.net,https://admin.your-domain.net',
    unset: 'none',
  }),
  LATCHKEY_ALLOWED_DIDS: listOf(did).optional().register(settingDocumentation, {
    meaning: 'The accounts that may sign in, comma-separated. An empty list means none',
    example: 'did:plc:z72i7hdynmk6r22z27h6tvur',
    unset: 'any account',
  }),
  LATCHKEY_TRUSTED_PROXIES: listOf(trustedProxy).prefault('').register(settingDocumentation, {
    meaning:
      'Addresses and CIDR blocks of reverse proxies whose forwarding headers count and that may call `/api/forward-auth`',
    example: '10.0.0.7,fd00::/8',
    unset: 'none',
  }),
  LATCHKEY_METRICS_LISTEN: listenAddress.optional().register(settingDocumentation, {
    meaning: 'A separate address and port for `/metrics`',
    example: '127.0.0.1:9464',
    unset: 'metrics are for the operator alone',
  }),
  LATCHKEY_KEY_REQUESTS: oneOf(['open', 'signed-in', 'off']).prefault('open').register(settingDocumentation, {
    meaning:
      'The callers that may request an API key: all (`open`), signed-in accounts (`signed-in`) or none (`off`)',
    example: 'signed-in',
  }),
  LATCHKEY_LIMIT_KEY_REQUESTS: requestLimit.prefault('10').register(settingDocumentation, {
    meaning: 'Key requests a minute from one address, and for one account, or `off`',
    example: '3',
  }),
  LATCHKEY_PENDING_KEY_REQUESTS: positiveCount.prefault('1000').register(settingDocumentation, {
    meaning: 'Pending key requests of all accounts together',
    example: '100',
  }),
  LATCHKEY_KEYS_PER_ACCOUNT: positiveCount.prefault('25').register(settingDocumentation, {
    meaning: 'Live API keys that one account may have',
    example: '5',
  }),
  LATCHKEY_LIMIT_NATIVE_PER_ADDRESS: requestLimit.prefault('300').register(settingDocumentation, {
    meaning:
      'Requests of native apps a minute from one address (of IPv6, one /64) that a process answers, or `off`',
    example: '60',
  }),
  LATCHKEY_LIMIT_NATIVE_PER_APP: requestLimit.prefault('6000').register(settingDocumentation, {
    meaning: 'Requests a minute of one native app that has no limit of its own, or `off`',
    example: 'off',
  }),
  LATCHKEY_LIMIT_NATIVE: requestLimit.prefault('20000').register(settingDocumentation, {
    meaning: 'Requests a minute of all native apps together that a process answers, or `off`',
    example: '5000',
  }),
  LATCHKEY_NATIVE_TOKENS: positiveCount.prefault('100000').register(settingDocumentation, {
    meaning: 'Refresh tokens of native apps that the broker remembers. Other tokens need their `key_id`',
    example: '500000',
  }),
  LATCHKEY_AUDIT_DAYS: dayCount.prefault('90').register(settingDocumentation, {
    meaning: 'How many days audit events are kept',
    example: '365',
  }),
  LATCHKEY_DEV_ALLOW_HTTP: flag.prefault('false').register(settingDocumentation, {
    meaning: 'For development only: allows outbound plain http and private addresses',
    example: 'true',
  }),
  LATCHKEY_DEV_FAIL_POINT: failPointSetting.optional().register(settingDocumentation, {
    meaning:
      'For tests only: the process kills, stops or fails itself once at this moment of a refresh or a key request',
    example: 'before_send:exit',
    unset: 'nothing fails on purpose',
  }),
});

/** The values of all settings, each parsed for itself. `findContradictions` compares them. */
export type Settings = z.output<typeof environmentSchema>;
export type VariableName = keyof Settings;
export const variableNames = environmentSchema.keyof().options;
