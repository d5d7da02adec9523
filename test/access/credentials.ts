import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { newApiKeySecret } from '../../src/crypto/api-key-secret.ts';
import { newSecret } from '../../src/crypto/secret.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import { OperatorSessions } from '../../src/operator-sessions/operator-sessions.service.ts';
import { newTempToken } from '../../src/temp-tokens/temp-token.ts';
import { IDLE_LIMIT_MS } from '../../src/ui-sessions/ui-session.ts';
import { byTest, issueKey } from '../broker/issued-key.ts';
import { storeCookie, suspendSession } from '../broker/stored-session.ts';
import { storeTempToken } from '../temp-tokens/stored-temp-token.ts';
import type { TestBroker } from '../broker/test-broker.ts';

/** The settings of a broker that accepts a credential of each kind. */
export const credentialSettings = {
  LATCHKEY_INTROSPECT_TOKEN: 'an-introspection-token-of-40-characters-',
  LATCHKEY_KEYS_PER_ACCOUNT: '10000',
};

type Headers = Record<string, string>;

type Maker = (broker: TestBroker, session: Session) => Headers | Promise<Headers>;

/** The credentials that a caller can present. */
const makers = {
  none: () => ({}),
  'cookie from our page': async (broker, session) => ({
    ...(await validCookie(broker, session)),
    origin: broker.publicUrl,
    'sec-fetch-site': 'same-origin',
  }),
  'cookie with the CSRF header': async (broker, session) => ({
    ...(await validCookie(broker, session)),
    'x-latchkey-csrf': '1',
  }),
  'cookie without a mark': validCookie,
  'cookie from another site': async (broker, session) => ({
    ...(await validCookie(broker, session)),
    origin: 'https://evil.example',
    'sec-fetch-site': 'cross-site',
    'x-latchkey-csrf': '1',
  }),
  'unknown cookie': () => marked(newSecret()),
  'malformed cookie': () => marked('%00;'),
  'expired cookie': async (broker, session) =>
    marked(await storeCookie(broker, session, { expiresAt: new Date(Date.now() - 1000) })),
  'idle cookie': async (broker, session) =>
    marked(await storeCookie(broker, session, { lastSeenAt: new Date(Date.now() - IDLE_LIMIT_MS) })),
  'suspended cookie': async (broker, session) => {
    await suspendSession(broker, session.id);
    return marked(await storeCookie(broker, session));
  },
  'API key': validKey,
  'API key and cookie': async (broker, session) => ({
    ...(await validCookie(broker, session)),
    ...(await validKey(broker, session)),
  }),
  'unknown API key': () => bearer(newApiKeySecret()),
  'malformed API key': () => bearer(newApiKeySecret().toUpperCase()),
  'expired API key': async (broker, session) =>
    bearer((await issueKey(broker, session, { expiresAt: new Date(Date.now() - 1000) })).secret),
  'revoked API key': async (broker, session) => {
    const { id, secret } = await issueKey(broker, session);
    await broker.app.get(ApiKeys).revoke(id, undefined, byTest);
    return bearer(secret);
  },
  'admin token': broker => ({ authorization: `Bearer ${broker.secrets.adminToken}` }),
  'operator cookie from our page': async broker => ({
    ...(await operatorCookie(broker)),
    origin: broker.publicUrl,
    'sec-fetch-site': 'same-origin',
  }),
  'operator cookie without a mark': operatorCookie,
  'operator cookie from another site': async broker => ({
    ...(await operatorCookie(broker)),
    origin: 'https://evil.example',
    'sec-fetch-site': 'cross-site',
    'x-latchkey-csrf': '1',
  }),
  'unknown operator cookie': () => ({ cookie: `latchkey-admin=${newSecret()}`, 'x-latchkey-csrf': '1' }),
  'introspection token': () => bearer(credentialSettings.LATCHKEY_INTROSPECT_TOKEN),
  'wrong admin token': broker => ({ authorization: `Bearer ${broker.secrets.adminToken.slice(1)}0` }),
  'unknown temp token': () => ({ authorization: `Bearer ${newTempToken()}` }),
  'temp token of a scope that is no more': async broker => ({
    authorization: `Bearer ${await storeTempToken(broker, { scope: 'gone' })}`,
  }),
  'another scheme': broker => ({ authorization: `Basic ${broker.secrets.adminToken}` }),
  'empty Authorization': () => ({ authorization: '' }),
  'Authorization of two words': broker => ({ authorization: `Bearer ${broker.secrets.adminToken} x` }),
  'admin token and cookie': async (broker, session) => ({
    ...(await validCookie(broker, session)),
    'x-latchkey-csrf': '1',
    authorization: `Bearer ${broker.secrets.adminToken}`,
  }),
  'wrong token and cookie': async (broker, session) => ({
    ...(await validCookie(broker, session)),
    'x-latchkey-csrf': '1',
    authorization: 'Bearer wrong',
  }),
} satisfies Record<string, Maker>;

export type CredentialName = keyof typeof makers;

export const credentialNames = Object.keys(makers) as CredentialName[];

/** Creates the headers of a credential for the session that it may open. */
export async function present(name: CredentialName, broker: TestBroker, session: Session): Promise<Headers> {
  const make: Maker = makers[name];
  return make(broker, session);
}

/** Each comes from another address, because an address may try ten tokens a minute. */
async function operatorCookie({ app, secrets }: TestBroker): Promise<Headers> {
  const address = `192.0.2.${operatorCookies++ % 250}`;
  const { cookie } = await app.get(OperatorSessions, { strict: false }).signIn(secrets.adminToken, address);
  return { cookie: `latchkey-admin=${cookie}` };
}

let operatorCookies = 0;

async function validCookie(broker: TestBroker, session: Session): Promise<Headers> {
  return { cookie: `latchkey=${await storeCookie(broker, session)}` };
}

async function validKey(broker: TestBroker, session: Session): Promise<Headers> {
  return bearer((await issueKey(broker, session)).secret);
}

function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` };
}

function marked(cookie: string): Headers {
  return { cookie: `latchkey=${cookie}`, 'x-latchkey-csrf': '1' };
}
