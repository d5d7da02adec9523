import { describe, expect, it } from '@jest/globals';
import type { Config } from './config.ts';
import { readConfig } from './config.ts';
import { DEFAULT_KEY_SCOPE } from './values/key-scope.ts';

const https = 'https://latchkey.your-domain.net';
const keyOne = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');
const keyTwo = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index)).toString('base64');
const tokenOne = '0123456789abcdef0123456789abcdef';
const tokenTwo = 'fedcba9876543210fedcba9876543210';

/** Setting names without their prefix, to keep the tables readable. */
type Given = Readonly<Record<string, string>>;

function read(given: Given): Config {
  return readConfig(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [`LATCHKEY_${name}`, value])),
  );
}

/** URLs and Buffers as JSON has them: jest takes any two URLs for equal. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('without any setting', () => {
  it('is a loopback broker on SQLite with a key of its own', () => {
    const expected: { [Field in keyof Config]: Config[Field] } = {
      publicUrl: new URL('http://127.0.0.1:8787'),
      listen: { host: '127.0.0.1', port: 8787 },
      basePath: '',
      baseUrl: 'http://127.0.0.1:8787',
      client: { kind: 'loopback' },
      clientProfile: { name: 'Latchkey', logoUri: undefined, tosUri: undefined, policyUri: undefined },
      scope: 'atproto transition:generic',
      keyScopeParts: ['atproto', ...DEFAULT_KEY_SCOPE],
      declaredScope: ['atproto', ...DEFAULT_KEY_SCOPE].join(' '),
      permissionSetsFile: undefined,
      cookie: { name: 'latchkey', domain: undefined, secure: false },
      database: { kind: 'sqlite', path: './data/latchkey.sqlite' },
      acceptedRestore: undefined,
      spoolDirectory: 'data/spool',
      spoolPatienceMs: 3_600_000,
      encryption: { kind: 'generated', file: 'data/encryption.key' },
      adminToken: undefined,
      introspectToken: undefined,
      identity: { plcUrl: new URL('https://plc.directory'), handleResolver: undefined },
      outbound: { allowHttp: false },
      failPoint: undefined,
      uploadLimitBytes: 104_857_600,
      cachedSessions: 10_000,
      cachedServiceTokens: 10_000,
      methodlessServiceTokens: false,
      limits: {
        perAddress: 6000,
        perCredential: 3000,
        connections: 10_000,
        connectionsPerAddress: 1_000,
        concurrencyPerSession: 64,
        loginsPerAddress: 30,
        logins: 600,
        keyRequests: 10,
        nativePerAddress: 300,
        nativePerApp: 6000,
        native: 20_000,
      },
      nativeTokens: 100_000,
      tempTokensPerResource: 10,
      allowedOrigins: [],
      allowedDids: 'any',
      trustedProxies: [],
      metricsListen: undefined,
      keysPerAccount: 25,
      keyRequests: 'open',
      pendingKeyRequests: 1000,
      auditDays: 90,
    };
    expect(plain(read({}))).toEqual(plain(expected));
  });
});

describe('what is accepted', () => {
  it.each<[string, Given, Partial<Config>]>([
    [
      'an https public URL is a confidential client with a host-only cookie',
      { PUBLIC_URL: https, LISTEN: '0.0.0.0:80' },
      {
        baseUrl: https,
        client: { kind: 'confidential', acceptedClientId: undefined },
        cookie: { name: '__Host-latchkey', domain: undefined, secure: true },
      },
    ],
    [
      'a base path stands behind the origin',
      { PUBLIC_URL: `${https}/`, BASE_PATH: '/a/b-c' },
      { basePath: '/a/b-c', baseUrl: `${https}/a/b-c` },
    ],
    [
      'a port of the public URL stays',
      { PUBLIC_URL: `${https}:8443` },
      { baseUrl: `${https}:8443`, publicUrl: new URL(`${https}:8443`), basePath: '' },
    ],
    [
      'the client id that this broker has',
      { PUBLIC_URL: https, BASE_PATH: '/x', ACCEPT_CLIENT_ID: `${https}/x/oauth-client-metadata.json` },
      { client: { kind: 'confidential', acceptedClientId: `${https}/x/oauth-client-metadata.json` } },
    ],
    [
      'a parent domain for the cookie',
      { PUBLIC_URL: https, COOKIE_DOMAIN: 'your-domain.net' },
      { cookie: { name: '__Secure-latchkey', domain: 'your-domain.net', secure: true } },
    ],
    [
      'the public URL follows an IPv6 listener',
      { LISTEN: '[::1]:9000' },
      { listen: { host: '::1', port: 9000 }, baseUrl: 'http://[::1]:9000' },
    ],
    [
      'a loopback broker behind a local proxy',
      { PUBLIC_URL: 'http://127.0.0.1:80', LISTEN: '127.0.0.1:9000' },
      { baseUrl: 'http://127.0.0.1', client: { kind: 'loopback' } },
    ],
    [
      'a SQLite path of its own brings key and spool along',
      { DATABASE_URL: 'sqlite:/var/lib/latchkey/db.sqlite' },
      {
        database: { kind: 'sqlite', path: '/var/lib/latchkey/db.sqlite' },
        spoolDirectory: '/var/lib/latchkey/spool',
        encryption: { kind: 'generated', file: '/var/lib/latchkey/encryption.key' },
      },
    ],
    [
      'Postgres with keys',
      { DATABASE_URL: 'postgresql://u:p@db/latchkey', ENCRYPTION_KEYS: `${keyOne}, ${keyTwo}` },
      {
        database: { kind: 'postgres', url: 'postgresql://u:p@db/latchkey' },
        spoolDirectory: 'data/spool',
        encryption: { kind: 'given', keys: [Buffer.from(keyOne, 'base64'), Buffer.from(keyTwo, 'base64')] },
      },
    ],
    [
      'granular scopes',
      { SCOPE: 'repo:app.bsky.feed.post atproto' },
      {
        scope: 'repo:app.bsky.feed.post atproto',
        keyScopeParts: ['atproto', ...DEFAULT_KEY_SCOPE],
      },
    ],
    [
      'scopes that only logins have, which keys may be given too',
      { SCOPE: 'atproto repo:com.example.a' },
      { keyScopeParts: ['atproto', ...DEFAULT_KEY_SCOPE, 'repo:com.example.a'] },
    ],
    [
      'scopes of keys, which no login asks for and the client declares',
      { SCOPE: 'atproto repo:com.example.a', KEY_SCOPE: 'blob:image/* repo:com.example.b' },
      {
        scope: 'atproto repo:com.example.a',
        keyScopeParts: ['atproto', 'blob:image/*', 'repo:com.example.b'],
        declaredScope: 'atproto repo:com.example.a blob:image/* repo:com.example.b',
      },
    ],
    [
      'a file of permission sets',
      { PERMISSION_SETS_FILE: '/etc/sets.json' },
      { permissionSetsFile: '/etc/sets.json' },
    ],
    [
      'tokens',
      { ADMIN_TOKEN: tokenOne, INTROSPECT_TOKEN: tokenTwo },
      { adminToken: tokenOne, introspectToken: tokenTwo },
    ],
    [
      'plain http to development services, when allowed',
      { PLC_URL: 'http://localhost:2582', HANDLE_RESOLVER: 'http://127.0.0.1:2583', DEV_ALLOW_HTTP: 'true' },
      {
        identity: {
          plcUrl: new URL('http://localhost:2582'),
          handleResolver: new URL('http://127.0.0.1:2583'),
        },
        outbound: { allowHttp: true },
      },
    ],
    [
      'exact origins',
      { ALLOWED_ORIGINS: 'https://app.your-domain.net, http://127.0.0.1:5173' },
      { allowedOrigins: ['https://app.your-domain.net', 'http://127.0.0.1:5173'] },
    ],
    [
      'accounts',
      { ALLOWED_DIDS: 'did:plc:abc,did:web:x.net' },
      { allowedDids: ['did:plc:abc', 'did:web:x.net'] },
    ],
    [
      'proxies',
      { TRUSTED_PROXIES: '10.0.0.0/8,192.0.2.7,fc00::/7,::1' },
      { trustedProxies: ['10.0.0.0/8', '192.0.2.7', 'fc00::/7', '::1'] },
    ],
    [
      'a listener for metrics',
      { METRICS_LISTEN: '0.0.0.0:9464' },
      { metricsListen: { host: '0.0.0.0', port: 9464 } },
    ],
    ['who may ask for keys', { KEY_REQUESTS: 'signed-in' }, { keyRequests: 'signed-in' }],
    ['how long audit events are kept', { AUDIT_DAYS: '3650' }, { auditDays: 3650 }],
  ])('%s', (_, given, expected) => {
    const config = read(given);
    const fields = Object.keys(expected) as (keyof Config)[];
    expect(plain(fields.map(field => config[field]))).toEqual(plain(fields.map(field => expected[field])));
  });
});
