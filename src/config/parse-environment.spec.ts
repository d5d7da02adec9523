import { describe, expect, it } from '@jest/globals';
import type { VariableName } from './environment.ts';
import { variableNames } from './environment.ts';
import { parseEnvironment } from './parse-environment.ts';

const https = 'https://latchkey.your-domain.net';
const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');
const token = '0123456789abcdef0123456789abcdef';
const noPds = /no PDS accepts.*give the broker a public host name/;
const notLoopback = /must use https: plain http is for/;

/** Values that are refused on their own, whatever the other settings are. */
const refused: readonly [VariableName, readonly string[], RegExp][] = [
  ['LATCHKEY_PUBLIC_URL', ['http://localhost', 'http://a.localhost', 'http://127.0.0.2'], /use 127\.0\.0\.1/],
  ['LATCHKEY_PUBLIC_URL', ['http://localhost.your-domain.net', 'http://your-domain.net'], notLoopback],
  ['LATCHKEY_PUBLIC_URL', ['http://192.168.0.2', 'http://[::ffff:127.0.0.1]', 'http://0.0.0.0'], notLoopback],
  ['LATCHKEY_PUBLIC_URL', ['http://127.0.0.1.your-domain.net', 'http://127.x.net'], notLoopback],
  ['LATCHKEY_PUBLIC_URL', ['ws://your-domain.net', 'latchkey', 'your-domain.net:80'], /must be an https URL/],
  ['LATCHKEY_PUBLIC_URL', [`${https}/latchkey`], /put \/latchkey into LATCHKEY_BASE_PATH/],
  ['LATCHKEY_PUBLIC_URL', [`${https}/?a`, `${https}/#a`, `${https}?`, `${https}#`], /query or a fragment/],
  [
    'LATCHKEY_PUBLIC_URL',
    ['https://u:p@your-domain.net', 'https://u@your-domain.net'],
    /user name or password/,
  ],
  [
    'LATCHKEY_PUBLIC_URL',
    ['https://127.0.0.1', 'https://203.0.113.7', 'https://[2001:db8::1]'],
    /an IP address/,
  ],
  [
    'LATCHKEY_PUBLIC_URL',
    ['https://broker', 'https://localhost', 'https://a.localhost', 'https://a.net.'],
    noPds,
  ],
  [
    'LATCHKEY_PUBLIC_URL',
    ['https://a.test', 'https://a.local', 'https://a.example', 'https://a.invalid'],
    noPds,
  ],
  ['LATCHKEY_PUBLIC_URL', ['https://example.com', 'https://a.example.com', 'https://a.example.org'], noPds],
  [
    'LATCHKEY_LISTEN',
    ['localhost:8787', '127.0.0.1', ':8787', '8787', '127.1:80'],
    /an IP address and a port/,
  ],
  [
    'LATCHKEY_LISTEN',
    ['127.0.0.1:0', '127.0.0.1:65536', '::1:80', '[127.0.0.1]:80'],
    /an IP address and a port/,
  ],
  ['LATCHKEY_BASE_PATH', ['/', 'x', '/x/', '//x', '/x//y'], /must begin with a slash/],
  ['LATCHKEY_BASE_PATH', ['/x/../y', '/./x', '/..', '/x?y', '/x y', '/%2e'], /must begin with a slash/],
  ['LATCHKEY_SCOPE', ['atproto x', 'atproto  transition:generic', 'atproto repo:'], /no AT Protocol scope/],
  ['LATCHKEY_SCOPE', ['atproto "x"', 'atproto\ttransition:generic', 'atproto é'], /no AT Protocol scope/],
  ['LATCHKEY_SCOPE', ['transition:generic'], /must contain atproto/],
  ['LATCHKEY_SCOPE', ['atproto atproto'], /twice/],
  ['LATCHKEY_KEY_SCOPE', ['x', 'post', 'atproto  transition:generic', 'repo:'], /no AT Protocol scope/],
  ['LATCHKEY_KEY_SCOPE', ['atproto atproto', 'repo:a.b.c repo?collection=a.b.c'], /twice/],
  ['LATCHKEY_CLIENT_NAME', ['two\nlines', 'x'.repeat(101)], /one line of at most 100/],
  ['LATCHKEY_LOGO_URI', ['http://your-domain.net/logo.png', 'logo.png'], /https URL/],
  ['LATCHKEY_TOS_URI', ['/terms'], /https URL/],
  ['LATCHKEY_POLICY_URI', ['javascript:alert(1)'], /https URL/],
  [
    'LATCHKEY_DATABASE_URL',
    ['mysql://db/x', 'postgres:db', './latchkey.sqlite'],
    /must be sqlite:PATH or postgres:/,
  ],
  ['LATCHKEY_DATABASE_URL', ['sqlite::memory:', 'sqlite:', 'sqlite:./data/'], /must name a file/],
  ['LATCHKEY_DATABASE_URL', ['sqlite://data/x', 'sqlite:x?mode=ro'], /plain file name/],
  ['LATCHKEY_ENCRYPTION_KEYS', [''], /openssl rand -base64 32, or remove the variable/],
  ['LATCHKEY_ENCRYPTION_KEYS', [key.slice(0, -1), key.replace('8=', '9='), `${key}\n,x`], /canonical base64/],
  ['LATCHKEY_ENCRYPTION_KEYS', [Buffer.alloc(31, key).toString('base64')], /exactly 32 bytes/],
  ['LATCHKEY_ENCRYPTION_KEYS', [`${key},${Buffer.alloc(32).toString('base64')}`], /entry 2: is not random/],
  ['LATCHKEY_ENCRYPTION_KEYS', [`${key},`], /entry 2: must be/],
  ['LATCHKEY_ENCRYPTION_KEYS', [`${key}, ${key}`], /one key twice/],
  ['LATCHKEY_ADMIN_TOKEN', [token.slice(1)], /at least 32 characters; make one with: openssl rand -hex 32/],
  ['LATCHKEY_ADMIN_TOKEN', ['ab'.repeat(20)], /too easy to guess/],
  ['LATCHKEY_ADMIN_TOKEN', [`${token}\n`, `${token} x`, `${token}é`], /a bearer token cannot have/],
  ['LATCHKEY_ADMIN_TOKEN', [`ckapi_${token}`, `cktmp_${token}`], /one of the broker's own keys/],
  ['LATCHKEY_INTROSPECT_TOKEN', ['short'], /at least 32 characters/],
  ['LATCHKEY_INTROSPECT_TOKEN', ['ab'.repeat(20)], /too easy to guess/],
  [
    'LATCHKEY_PLC_URL',
    ['plc.directory', 'ftp://plc.directory', 'https://plc.directory?x'],
    /must be an https URL/,
  ],
  ['LATCHKEY_HANDLE_RESOLVER', ['https://u@your-domain.net'], /without credentials/],
  ['LATCHKEY_ALLOWED_ORIGINS', ['*', 'https://*.x.net', 'null', 'x.net'], /must be an exact https origin/],
  [
    'LATCHKEY_ALLOWED_ORIGINS',
    ['http://x.net', 'http://localhost:3000', 'ws://x.net'],
    /an exact https origin/,
  ],
  [
    'LATCHKEY_ALLOWED_ORIGINS',
    ['https://x.net/', 'https://x.net/a', 'https://X.net'],
    /write https:\/\/x\.net$/,
  ],
  ['LATCHKEY_ALLOWED_ORIGINS', ['https://x.net:443', 'https://u@x.net'], /write https:\/\/x\.net$/],
  [
    'LATCHKEY_ALLOWED_ORIGINS',
    ['https://x.net,', 'https://x.net,,https://y.net'],
    /entry 2: must be an exact/,
  ],
  ['LATCHKEY_ALLOWED_DIDS', ['alice.test', 'plc:abc', 'did:plc:abc,'], /must be a DID/],
  ['LATCHKEY_TRUSTED_PROXIES', ['0.0.0.0/0', '::/0', '128.0.0.0/1', '2000::/3'], /strangers/],
  [
    'LATCHKEY_TRUSTED_PROXIES',
    ['loopback', '10.1', '010.0.0.1', '10/8', '10.0.0.0/33'],
    /CIDR block, such as/,
  ],
  ['LATCHKEY_TRUSTED_PROXIES', ['*', 'fe80::1%eth0', 'proxy.internal'], /CIDR block, such as/],
  ['LATCHKEY_TRUSTED_PROXIES', ['10.0.0.1/24'], /write 10\.0\.0\.0\/24/],
  ['LATCHKEY_TRUSTED_PROXIES', ['::ffff:10.0.0.1', '::ffff:0:0/96'], /must be written as IPv4/],
  ['LATCHKEY_TRUSTED_PROXIES', ['0.0.0.0', '::'], /names no proxy/],
  ['LATCHKEY_METRICS_LISTEN', ['9464', 'localhost:9464'], /an IP address and a port/],
  ['LATCHKEY_KEY_REQUESTS', ['Open', 'none'], /must be one of open, signed-in, off/],
  [
    'LATCHKEY_UPLOAD_LIMIT',
    ['0', '-1', '1.5MiB', '5MB', '5 MiB', '1e6', 'none'],
    /number of bytes above zero/,
  ],
  ['LATCHKEY_LIMIT_PER_ADDRESS', ['0', '-1', '1.5', 'none', '1e3'], /above zero, or off/],
  ['LATCHKEY_LIMIT_PER_CREDENTIAL', ['0', 'Off'], /above zero, or off/],
  ['LATCHKEY_CONCURRENCY_PER_SESSION', ['0', 'off'], /above zero/],
  ['LATCHKEY_CACHED_SESSIONS', ['0', '-1', '1000000'], /above zero/],
  ['LATCHKEY_AUDIT_DAYS', ['0', '-1', '1.5', '90d', '10000', 'forever'], /number of days from 1 to 9999/],
  ['LATCHKEY_DEV_ALLOW_HTTP', ['yes', 'TRUE!'], /must be true or false/],
  ['LATCHKEY_DEV_FAIL_POINT', ['exit', 'before_send', 'before_send:exit:1', 'x:exit'], /one of after_intent/],
];

const cases = refused.flatMap(([variable, values, remedy]) =>
  values.map((value): [VariableName, string, RegExp] => [variable, value, remedy]),
);

const lists: readonly VariableName[] = [
  'LATCHKEY_ALLOWED_ORIGINS',
  'LATCHKEY_ALLOWED_DIDS',
  'LATCHKEY_TRUSTED_PROXIES',
];

describe('a setting that cannot be read', () => {
  it.each(cases)('%s=%j is refused', (variable, value, remedy) => {
    const { problems } = parseEnvironment({ [variable]: value });
    expect(new Set(problems.map(problem => problem.variable))).toEqual(new Set([variable]));
    expect(problems.map(problem => problem.message)).toContainEqual(expect.stringMatching(remedy));
  });
});

describe('one mistake', () => {
  it.each([
    ['LATCHKEY_ADMIN_TOKEN', 'secret', [/^must have at least 32 characters/]],
    ['LATCHKEY_ADMIN_TOKEN', 'a a', [/^must have at least 32 characters/]],
    ['LATCHKEY_ALLOWED_DIDS', 'x,did:plc:abc,y', [/^entry 1: must be a DID/, /^entry 3: must be a DID/]],
  ])('in %s=%j is told once', (variable, value, told) => {
    const { problems } = parseEnvironment({ [variable]: value });
    expect(problems.map(({ message }) => message)).toEqual(told.map(each => expect.stringMatching(each)));
  });
});

it.each(variableNames)('%s is refused in words of its own', variable => {
  for (const value of ['', ' ', 'x', '-1', '0.5', '%', '\0', 'x'.repeat(5_000)]) {
    const { problems } = parseEnvironment({ [variable]: value });
    for (const { message } of problems) expect(message).not.toMatch(/^Invalid|^Too (?:small|big)|expected /);
  }
});

describe('an empty setting', () => {
  it.each(lists)('%s means none', variable => {
    const { settings, problems } = parseEnvironment({ [variable]: '' });
    expect(problems).toEqual([]);
    expect(settings[variable]).toEqual([]);
  });

  it.each(variableNames.filter(name => !lists.includes(name)))('%s is refused', variable => {
    const { problems } = parseEnvironment({ [variable]: '' });
    expect(problems.map(problem => problem.message)).toEqual([expect.stringMatching(/^is empty; .*remove/)]);
  });
});

describe('unknown names', () => {
  it.each([
    ['LATCHKEY_PUBLICURL', 'LATCHKEY_PUBLIC_URL'],
    ['LATCHKEY_ENCRYPTION_KEY', 'LATCHKEY_ENCRYPTION_KEYS'],
    ['LATCHKEY_DATABASE', 'LATCHKEY_DATABASE_URL'],
    ['latchkey_listen', 'LATCHKEY_LISTEN'],
  ])('%s is refused and %s suggested', (name, nearest) => {
    expect(parseEnvironment({ [name]: 'x' }).problems).toEqual([
      { variable: name, message: `is no setting; did you mean ${nearest}?` },
    ]);
  });

  it('suggests nothing where nothing is near', () => {
    expect(parseEnvironment({ LATCHKEY_PORT: '80' }).problems).toEqual([
      { variable: 'LATCHKEY_PORT', message: 'is no setting; remove it' },
    ]);
  });

  it('leaves the variables of others alone', () => {
    expect(parseEnvironment({ PATH: '/bin', NODE_ENV: 'production', LATCH: 'x' }).problems).toEqual([]);
  });
});
