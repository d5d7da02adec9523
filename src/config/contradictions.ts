import type { Problem } from './config-error.ts';
import type { Settings, VariableName } from './environment.ts';
import { isLoopbackAddress, isSameSocket } from './values/listen-address.ts';
import { baseUrlOf, publicUrlOf } from './public-address.ts';

/** A rule over several settings. It is checked only if every setting that it `reads` could be parsed. */
type Rule = {
  readonly blames: VariableName;
  readonly reads: readonly VariableName[];
  /** Returns the problem of the blamed variable, with the remedy. */
  readonly check: (settings: Settings) => string | undefined;
};

const rules: readonly Rule[] = [
  {
    blames: 'LATCHKEY_LISTEN',
    reads: ['LATCHKEY_LISTEN', 'LATCHKEY_PUBLIC_URL'],
    check: settings => {
      const { host } = settings.LATCHKEY_LISTEN;
      if (isHttps(settings) || host === '127.0.0.1' || host === '::1') return undefined;
      return isLoopbackAddress(host)
        ? 'must be 127.0.0.1 or [::1] without an https LATCHKEY_PUBLIC_URL: OAuth accepts no other loopback address'
        : 'can be reached from outside, where a broker needs https; set LATCHKEY_PUBLIC_URL to its https address, or listen on 127.0.0.1';
    },
  },
  {
    blames: 'LATCHKEY_COOKIE_DOMAIN',
    reads: ['LATCHKEY_COOKIE_DOMAIN', 'LATCHKEY_PUBLIC_URL'],
    check: settings => {
      const domain = settings.LATCHKEY_COOKIE_DOMAIN;
      if (domain === undefined) return undefined;
      if (!isHttps(settings))
        return 'needs an https LATCHKEY_PUBLIC_URL; set that, or remove the cookie domain';
      return isDomainOf(domain, publicUrlOf(settings).hostname)
        ? undefined
        : "must be the public URL's host or a domain above it, of two labels or more and without a leading dot";
    },
  },
  {
    blames: 'LATCHKEY_ACCEPT_CLIENT_ID',
    reads: ['LATCHKEY_ACCEPT_CLIENT_ID', 'LATCHKEY_PUBLIC_URL', 'LATCHKEY_BASE_PATH'],
    check: settings => {
      const accepted = settings.LATCHKEY_ACCEPT_CLIENT_ID;
      if (accepted === undefined) return undefined;
      if (!isHttps(settings)) return 'is for an https LATCHKEY_PUBLIC_URL only; remove it';
      const clientId = `${baseUrlOf(settings)}/oauth-client-metadata.json`;
      return accepted === clientId
        ? undefined
        : `must be the new client id, ${clientId}; correct or remove it`;
    },
  },
  {
    blames: 'LATCHKEY_ENCRYPTION_KEYS',
    reads: ['LATCHKEY_ENCRYPTION_KEYS', 'LATCHKEY_DATABASE_URL'],
    check: settings =>
      settings.LATCHKEY_DATABASE_URL.kind === 'postgres' && settings.LATCHKEY_ENCRYPTION_KEYS === undefined
        ? 'is required with Postgres, so that all instances share it; make one with: openssl rand -base64 32'
        : undefined,
  },
  {
    blames: 'LATCHKEY_ENCRYPTION_KEY_FILE',
    reads: ['LATCHKEY_ENCRYPTION_KEY_FILE', 'LATCHKEY_ENCRYPTION_KEYS', 'LATCHKEY_DATABASE_URL'],
    check: settings => {
      if (settings.LATCHKEY_ENCRYPTION_KEY_FILE === undefined) return undefined;
      if (settings.LATCHKEY_DATABASE_URL.kind === 'postgres')
        return 'is for SQLite: each instance would make a key of its own; set LATCHKEY_ENCRYPTION_KEYS instead';
      return settings.LATCHKEY_ENCRYPTION_KEYS === undefined
        ? undefined
        : 'would not be read beside LATCHKEY_ENCRYPTION_KEYS; remove one of the two';
    },
  },
  httpOnlyInDevelopment('LATCHKEY_PLC_URL'),
  httpOnlyInDevelopment('LATCHKEY_HANDLE_RESOLVER'),
  {
    blames: 'LATCHKEY_DEV_FAIL_POINT',
    reads: ['LATCHKEY_DEV_FAIL_POINT', 'LATCHKEY_DEV_ALLOW_HTTP'],
    check: settings =>
      settings.LATCHKEY_DEV_FAIL_POINT && !settings.LATCHKEY_DEV_ALLOW_HTTP
        ? 'makes the broker fail on purpose, for tests; remove it'
        : undefined,
  },
  {
    blames: 'LATCHKEY_METRICS_LISTEN',
    reads: ['LATCHKEY_METRICS_LISTEN', 'LATCHKEY_LISTEN'],
    check: ({ LATCHKEY_METRICS_LISTEN: metrics, LATCHKEY_LISTEN: broker }) =>
      metrics && isSameSocket(metrics, broker)
        ? 'meets LATCHKEY_LISTEN on one port; choose another port, or remove it'
        : undefined,
  },
  {
    blames: 'LATCHKEY_INTROSPECT_TOKEN',
    reads: ['LATCHKEY_INTROSPECT_TOKEN', 'LATCHKEY_ADMIN_TOKEN'],
    check: ({ LATCHKEY_INTROSPECT_TOKEN: introspect, LATCHKEY_ADMIN_TOKEN: admin }) =>
      introspect !== undefined && introspect === admin
        ? "must differ from LATCHKEY_ADMIN_TOKEN, or its holders have the operator's rights; make another one"
        : undefined,
  },
];

/** Returns the contradictions between settings. Skips rules that read one of `unreadable`. */
export function findContradictions(settings: Settings, unreadable: ReadonlySet<string>): Problem[] {
  const asked = rules.filter(rule => !rule.reads.some(name => unreadable.has(name)));
  return asked.flatMap(rule => {
    const message = rule.check(settings);
    return message === undefined ? [] : [{ variable: rule.blames, message }];
  });
}

function httpOnlyInDevelopment(name: 'LATCHKEY_PLC_URL' | 'LATCHKEY_HANDLE_RESOLVER'): Rule {
  return {
    blames: name,
    reads: [name, 'LATCHKEY_DEV_ALLOW_HTTP'],
    check: settings =>
      settings[name]?.protocol === 'http:' && !settings.LATCHKEY_DEV_ALLOW_HTTP
        ? 'must use https; for development only, set LATCHKEY_DEV_ALLOW_HTTP=true'
        : undefined,
  };
}

function isHttps(settings: Settings): boolean {
  return publicUrlOf(settings).protocol === 'https:';
}

function isDomainOf(domain: string, host: string): boolean {
  const isName = /^[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(domain);
  return isName && (host === domain || host.endsWith(`.${domain}`));
}
