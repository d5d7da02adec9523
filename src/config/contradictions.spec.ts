import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.ts';
import { readConfig } from './config.ts';

const https = 'https://latchkey.your-domain.net';
const clientId = `${https}/oauth-client-metadata.json`;
const token = '0123456789abcdef0123456789abcdef';

type Given = Readonly<Record<string, string>>;

function problemsOf(given: Given) {
  try {
    readConfig(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const onHttps = { LATCHKEY_PUBLIC_URL: https };
const parentDomain = /must be the public URL's host or a domain above it/;

describe('settings that contradict each other', () => {
  it.each<[string, Given, RegExp]>([
    [
      'LATCHKEY_LISTEN',
      { LATCHKEY_LISTEN: '0.0.0.0:8787' },
      /set LATCHKEY_PUBLIC_URL to its https address, or listen on 127\.0\.0\.1/,
    ],
    [
      'LATCHKEY_LISTEN',
      { LATCHKEY_LISTEN: '[::]:8787', LATCHKEY_PUBLIC_URL: 'http://127.0.0.1:8787' },
      /can be reached from outside/,
    ],
    ['LATCHKEY_LISTEN', { LATCHKEY_LISTEN: '192.168.0.7:8787' }, /can be reached from outside/],
    ['LATCHKEY_LISTEN', { LATCHKEY_LISTEN: '127.0.0.2:8787' }, /must be 127\.0\.0\.1 or \[::1\]/],
    [
      'LATCHKEY_ENCRYPTION_KEY_FILE',
      {
        LATCHKEY_ENCRYPTION_KEY_FILE: '/etc/k',
        LATCHKEY_ENCRYPTION_KEYS: Buffer.from(token).toString('base64'),
      },
      /beside LATCHKEY_ENCRYPTION_KEYS/,
    ],
    [
      'LATCHKEY_COOKIE_DOMAIN',
      { LATCHKEY_COOKIE_DOMAIN: 'your-domain.net' },
      /needs an https LATCHKEY_PUBLIC_URL/,
    ],
    ['LATCHKEY_COOKIE_DOMAIN', { ...onHttps, LATCHKEY_COOKIE_DOMAIN: 'other.net' }, parentDomain],
    ['LATCHKEY_COOKIE_DOMAIN', { ...onHttps, LATCHKEY_COOKIE_DOMAIN: 'domain.net' }, parentDomain],
    ['LATCHKEY_COOKIE_DOMAIN', { ...onHttps, LATCHKEY_COOKIE_DOMAIN: '.your-domain.net' }, parentDomain],
    ['LATCHKEY_COOKIE_DOMAIN', { ...onHttps, LATCHKEY_COOKIE_DOMAIN: 'net' }, parentDomain],
    [
      'LATCHKEY_COOKIE_DOMAIN',
      { ...onHttps, LATCHKEY_COOKIE_DOMAIN: 'a.latchkey.your-domain.net' },
      parentDomain,
    ],
    [
      'LATCHKEY_ACCEPT_CLIENT_ID',
      { LATCHKEY_ACCEPT_CLIENT_ID: clientId },
      /for an https LATCHKEY_PUBLIC_URL only/,
    ],
    [
      'LATCHKEY_ACCEPT_CLIENT_ID',
      { ...onHttps, LATCHKEY_ACCEPT_CLIENT_ID: 'yes' },
      /must be the new client id, https/,
    ],
    [
      'LATCHKEY_ACCEPT_CLIENT_ID',
      { ...onHttps, LATCHKEY_BASE_PATH: '/x', LATCHKEY_ACCEPT_CLIENT_ID: clientId },
      /must be the new client id, https:\/\/latchkey\.your-domain\.net\/x\/oauth-client-metadata\.json/,
    ],
    [
      'LATCHKEY_ENCRYPTION_KEYS',
      { LATCHKEY_DATABASE_URL: 'postgres://u:p@db/x' },
      /required with Postgres.*openssl rand -base64 32/,
    ],
    [
      'LATCHKEY_PLC_URL',
      { LATCHKEY_PLC_URL: 'http://localhost:2582' },
      /for development only, set LATCHKEY_DEV_ALLOW_HTTP=true/,
    ],
    [
      'LATCHKEY_HANDLE_RESOLVER',
      { LATCHKEY_HANDLE_RESOLVER: 'http://localhost:2583', LATCHKEY_DEV_ALLOW_HTTP: 'false' },
      /for development only, set LATCHKEY_DEV_ALLOW_HTTP=true/,
    ],
    [
      'LATCHKEY_DEV_FAIL_POINT',
      { LATCHKEY_DEV_FAIL_POINT: 'before_send:exit' },
      /fail on purpose.*remove it/,
    ],
    ['LATCHKEY_METRICS_LISTEN', { LATCHKEY_METRICS_LISTEN: '127.0.0.1:8787' }, /choose another port/],
    ['LATCHKEY_METRICS_LISTEN', { LATCHKEY_METRICS_LISTEN: '0.0.0.0:8787' }, /choose another port/],
    [
      'LATCHKEY_INTROSPECT_TOKEN',
      { LATCHKEY_INTROSPECT_TOKEN: token, LATCHKEY_ADMIN_TOKEN: token },
      /must differ from LATCHKEY_ADMIN_TOKEN/,
    ],
  ])('%s is blamed in %j', (variable, given, remedy) => {
    expect(problemsOf(given)).toEqual([{ variable, message: expect.stringMatching(remedy) }]);
  });

  it('blames nothing that only follows from an unreadable setting', () => {
    const given = { LATCHKEY_PUBLIC_URL: 'nonsense', LATCHKEY_COOKIE_DOMAIN: 'your-domain.net' };
    expect(problemsOf(given).map(problem => problem.variable)).toEqual(['LATCHKEY_PUBLIC_URL']);
  });
});
