import { beforeAll, expect, it } from '@jest/globals';
import { digestOf } from '../../src/crypto/secret.ts';
import { ClientKeyRepository } from '../../src/oauth/client-keys/client-key.repository.ts';
import { OAuthStateRepository } from '../../src/oauth/authorization/oauth-state.repository.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { sessionOf } from '../login/granted.ts';
import { writePost } from '../network/posting.ts';
import { dumpTables } from './table-dump.ts';

for (const confidential of [false, true]) {
  const client = confidential ? 'a confidential client' : 'a loopback client';
  describeBroker(
    `what ${client} leaves behind`,
    broker => {
      suite(broker, confidential);
    },
    { confidential },
  );
}

type Secrets = Record<string, string | null | undefined>;

function suite(broker: () => TestBroker, confidential: boolean): void {
  const prefix = confidential ? '__Host-' : '';
  let secrets: Secrets = {};
  let dump = '';
  beforeAll(async () => {
    const used = await logInAndCall(broker(), prefix);
    const pending = await leaveLoginPending(broker(), prefix);
    const refusedState = await failToLogIn(broker());
    dump = await dumpTables(broker().database);
    const { adminToken, encryptionKey } = broker().secrets;
    secrets = { ...used, refusedState, ...(await openPending(broker(), pending)), adminToken, encryptionKey };
    if (confidential) secrets.clientKey = await clientKeyOf(broker());
  });

  const names = [
    'cookie',
    'accessToken',
    'refreshToken',
    'dpopKey',
    'binding',
    'state',
    'refusedState',
    'code',
    'verifier',
    'pendingDpopKey',
    'adminToken',
    'encryptionKey',
    ...(confidential ? ['clientKey'] : []),
  ];

  it('is not empty', () => {
    expect(Object.keys(secrets).sort()).toEqual([...names].sort());
    expect(dump).toContain(digestOf(secrets.cookie ?? ''));
    expect(dump).toContain(accountOf(broker(), 'alice.test').did);
    expect(broker().logLines.join('')).toContain('signed in');
    expect(broker().logLines.join('')).toContain('login refused');
  });

  it.each(names)('holds no part of the secret %s, in its tables and its log', name => {
    const secret = secrets[name] ?? '';
    expect(secret.length).toBeGreaterThan(20);
    for (const form of formsOf(secret)) {
      expect(dump).not.toContain(form);
      expect(broker().logLines.join('')).not.toContain(form);
    }
  });
}

/** The encodings in which a secret may have been stored. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ];
}

async function logInAndCall(broker: TestBroker, prefix: string): Promise<Secrets> {
  const browser = broker.browser();
  const alice = accountOf(broker, 'alice.test');
  await browser.login('alice.test', alice);
  await writePost(browser, alice.did, 'leaves no trace');
  const { secrets } = await sessionOf(broker, alice.did);
  const { accessToken, refreshToken, dpopKey } = secrets;
  return { cookie: browser.cookie(`${prefix}latchkey`), accessToken, refreshToken, dpopKey: dpopKey.d };
}

type Pending = { state: string; code: string; binding: string };

/** Leaves an authorized login pending, by a callback in the wrong browser. */
async function leaveLoginPending(broker: TestBroker, prefix: string): Promise<Pending> {
  const browser = broker.browser();
  const bob = accountOf(broker, 'bob.test');
  const callback = await browser.authorize(await browser.beginLogin('bob.test'), bob);
  await broker.browser().openCallback(callback);
  const { state = '', code = '' } = Object.fromEntries(callback.searchParams);
  return { state, code, binding: browser.cookie(`${prefix}latchkey-login`) ?? '' };
}

/** Makes the PDS refuse the code of a login, which is logged. Returns its state. */
async function failToLogIn(broker: TestBroker): Promise<string | undefined> {
  const browser = broker.browser();
  const bob = accountOf(broker, 'bob.test');
  const callback = await browser.authorize(await browser.beginLogin('bob.test'), bob);
  callback.searchParams.set('code', `cod-${'0'.repeat(64)}`);
  await browser.openCallback(callback);
  return callback.searchParams.get('state') ?? undefined;
}

/** Opens the pending login, which removes it from the database. */
async function openPending({ app }: TestBroker, pending: Pending): Promise<Secrets> {
  const { state, binding } = pending;
  const opened = await app.get(OAuthStateRepository).consume(state, binding, new Date());
  if (typeof opened === 'string') throw new Error(`the pending login is ${opened}`);
  const { verifier, dpopJwk } = opened.secrets;
  return { ...pending, verifier, pendingDpopKey: (dpopJwk as { d?: string }).d };
}

async function clientKeyOf({ app }: TestBroker): Promise<string | undefined> {
  const [key] = await app.get(ClientKeyRepository).list(null);
  return key?.privateJwk.d;
}
