import { KeyRequestAuthorizations } from '../../src/api-keys/key-request-authorizations.service.ts';
import { OperatorSessions } from '../../src/operator-sessions/operator-sessions.service.ts';
import type { BrowserContext, Page } from 'playwright-core';
import { byTest, issueKey } from '../broker/issued-key.ts';
import { madeUpGrant, storeCookie, storeSession } from '../broker/stored-session.ts';
import { accountOf, type TestBroker } from '../broker/test-broker.ts';
import { KeyAsker } from '../network/key-asker.ts';
import { giveCookie } from './watched-context.ts';

/** What somebody says who wants to be taken for something else. */
export const HOSTILE = '<img src=x onerror=alert(1)>';

/** A page of the broker, as a suite opens it. */
export type ShownPage = {
  readonly name: string;
  readonly open: (page: Page) => Promise<unknown>;
  /** Whether it looks like another one but for a note: it is checked, and no picture is taken of it. */
  readonly alike?: true;
};

/** Every page of the broker, each with something on it, in a context that is signed in as a person and as the operator. */
export async function prepareShownPages(broker: TestBroker, context: BrowserContext): Promise<ShownPage[]> {
  const { did } = accountOf(broker, 'alice.test');
  // Less than the broker asks for, so that there is something to be told of.
  const mine = await storeSession(broker, broker.network.pds, { did, scope: 'atproto' });
  await giveCookie(context, broker, await storeCookie(broker, mine, { userAgent: chrome }));
  await storeCookie(broker, await storeSession(broker, broker.network.pds, { did }), { userAgent: HOSTILE });
  const { cookie } = await broker.app
    .get(OperatorSessions, { strict: false })
    .open(broker.secrets.adminToken, '192.0.2.1');
  await giveCookie(context, broker, cookie, 'latchkey-admin');
  const keyId = await storeKeys(broker, did);
  const [pending, over] = [await ask(broker), await ask(broker)];
  await new KeyAsker(broker.url).poll(pending);
  await broker.database.updateTable('oauth_session').set({ failures: 2 }).where('id', '=', mine.id).execute();
  const url = (path: string) => (page: Page) => page.goto(broker.url + path);
  const post = (path: string, fields: Record<string, string>) => async (page: Page) => {
    await page.goto(`${broker.url}/livez`);
    await page.goto(`${broker.url}/account`);
    await page.evaluate(submitForm, { path, fields });
    await page.waitForURL(`**${path}`);
  };
  const { code } = await authorize(broker, over.id);
  await new KeyAsker(broker.url).claim(over, code);
  const start = await startOf(broker, keyId);
  return [
    { name: 'sign-in-again', open: url('/?problem=LoginCancelled'), alike: true },
    { name: 'continue-as', open: url('/?identifier=bob.test') },
    { name: 'reconsent', open: url(`/?identifier=${did}&prompt=consent`) },
    { name: 'account', open: url('/account') },
    { name: 'account-problem', open: url('/account?problem=WrongAccount'), alike: true },
    { name: 'new-key', open: url('/account/keys/new?problem=InvalidRequest&name=x') },
    { name: 'key', open: url(`/account/keys/${keyId}`) },
    { name: 'key-secret', open: post(`/account/keys/${keyId}/rotate`, { start, grace: '3600' }) },
    { name: 'account-notice', open: url('/account/keys/00000000-0000-4000-8000-000000000000'), alike: true },
    { name: 'connect', open: url(`/connect/${pending.id}`) },
    { name: 'connect-over', open: url(`/connect/${over.id}`) },
    { name: 'admin-overview', open: url('/admin') },
    { name: 'admin-sessions', open: url('/admin/sessions') },
    { name: 'admin-session', open: url(`/admin/sessions/${mine.id}`) },
    { name: 'admin-confirm', open: url(`/admin/sessions/${mine.id}/revoke`) },
    { name: 'admin-client-keys', open: url('/admin/client-keys') },
    { name: 'admin-native-apps', open: url('/admin/native-apps') },
    { name: 'admin-instances', open: url('/admin/instances') },
    { name: 'admin-audit-events', open: url('/admin/audit-events') },
    { name: 'admin-notice', open: url('/admin/sessions/x'), alike: true },
  ];
}

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

/** A key that works, one that needs its owner, and one that is over; the id of the first. */
async function storeKeys(broker: TestBroker, did: string): Promise<string> {
  const keys = [];
  for (const name of ['Weather bot', `Old ${HOSTILE}`, 'Forgotten'])
    keys.push(
      await issueKey(broker, await storeSession(broker, broker.network.pds, { did }, 'api_key'), { name }),
    );
  const [works, lost, over] = keys;
  const { database } = broker;
  const needy = { status: 'needs_reauth', reason: 'revoked' } as const;
  await database
    .updateTable('oauth_session')
    .set(needy)
    .where('id', '=', lost?.sessionId ?? '')
    .execute();
  const ended = { status: 'revoked' } as const;
  await database
    .updateTable('oauth_session')
    .set(ended)
    .where('id', '=', over?.sessionId ?? '')
    .execute();
  return works?.id ?? '';
}

function ask({ url }: TestBroker) {
  return new KeyAsker(url).ask({ identifier: 'alice.test', name: HOSTILE, expiresInDays: 30 });
}

function authorize(broker: TestBroker, id: string) {
  const { did } = accountOf(broker, 'alice.test');
  const grant = madeUpGrant(broker, broker.network.pds, { did });
  return broker.app.get(KeyRequestAuthorizations).take(id, grant, byTest);
}

async function startOf({ database }: TestBroker, id: string): Promise<string> {
  const query = database.selectFrom('api_key').select('start').where('id', '=', id);
  return (await query.executeTakeFirstOrThrow()).start;
}

/** Runs inside of the page. */
function submitForm({ path, fields }: { path: string; fields: Record<string, string> }): void {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: path });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  document.body.append(form);
  form.submit();
}
