import { SessionRepository } from '../../../src/sessions/stored/session.repository.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import type { SessionStatus } from '../../../src/database/tables/oauth-session.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import { issueKey, type TestKey } from '../../broker/issued-key.ts';
import { madeUpGrant, putInCheck, storeCookie, storeSession } from '../../broker/stored-session.ts';
import { accountOf, type TestBroker } from '../../broker/test-broker.ts';
import { giveCookie } from '../watched-context.ts';
import { authorizeElsewhere } from './connect.ts';
import { HOSTILE, open, post, type ShownPages, type Stage } from './stage.ts';
import { storeUse } from './used-key.ts';

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

/** As long as real handles get. */
const LONG_HANDLE = 'somebody-with-a-long-name.and-a-domain-of-their-own.example.com';

/** The account's page on the first day, while it is empty. */
export async function* firstDayPages(stage: Stage, name = 'account-first-day'): ShownPages {
  const { broker, context } = stage;
  const { did } = accountOf(broker, 'bob.test');
  const session = await storeSession(broker, broker.network.pds, { did });
  await giveCookie(context, broker, await storeCookie(broker, session, { userAgent: CHROME }));
  await open(stage, '/account');
  yield { name };
}

/** Signs in an account with a scope shortfall and a second browser. */
export async function signInWithLittle({
  broker,
  context,
}: Stage): Promise<{ did: Did; sessionId: SessionId }> {
  const { did } = accountOf(broker, 'alice.test');
  const { pds } = broker.network;
  const scope = 'atproto repo:app.bsky.feed.post blob:image/*';
  const life = { handle: LONG_HANDLE, purpose: 'ui' } as const;
  const grant = madeUpGrant(broker, pds, { did, scope });
  const { id } = await broker.app.get(SessionRepository, { strict: false }).insertSession(grant, life);
  const change = { failures: 2, next_refresh_at: broker.database.now(3600) };
  await broker.database.updateTable('oauth_session').set(change).where('id', '=', id).execute();
  await giveCookie(context, broker, await storeCookie(broker, { id, did }, { userAgent: CHROME }));
  await storeCookie(broker, await storeSession(broker, pds, { did }), { userAgent: HOSTILE });
  return { did, sessionId: id };
}

/** The account's pages, with keys in every condition. */
export async function* accountPages(stage: Stage, did: Did): ShownPages {
  const { store, works, lost, over, paused } = await storeKeys(stage.broker, did);
  await storeUse(stage.broker, works);
  await open(stage, '/account');
  await stage.page.getByText('1 expired or revoked key').click();
  await stage.page.locator('.key-may summary').first().click();
  yield { name: 'account' };
  await open(stage, '/account?problem=WrongAccount');
  yield { name: 'account-problem', alike: true };
  await open(stage, '/account?done=key-revoked');
  yield { name: 'account-done', alike: true };
  await open(stage, `/account/keys/${works.id}`);
  await stage.page.getByText('Calls by day').click();
  yield { name: 'key' };
  await open(stage, `/account/keys/${lost.id}`);
  yield { name: 'key-lost' };
  await open(stage, `/account/keys/${over.id}`);
  yield { name: 'key-over' };
  await open(stage, `/account/keys/${paused.id}`);
  yield { name: 'key-paused' };
  const rotation = { start: works.start, grace: '3600' };
  await post(stage, `/account/keys/${works.id}/rotate`, rotation);
  yield { name: 'key-replaced' };
  await open(stage, `/account/keys/${works.id}`);
  for (const summary of ['Rename it', 'Revoke it…']) await stage.page.getByText(summary).click();
  yield { name: 'key-in-grace' };
  await open(stage, `/account/keys/${works.id}?problem=InvalidRequest`);
  yield { name: 'key-problem', alike: true };
  await open(stage, `/account/keys/${works.id}?done=renamed`);
  yield { name: 'key-done', alike: true };
  await post(stage, `/account/keys/${works.id}/rotate`, rotation);
  yield { name: 'key-changed', alike: true };
  await open(stage, '/account/keys/00000000-0000-4000-8000-000000000000');
  yield { name: 'account-notice' };
  await store(HOSTILE, 'needs_reauth');
  await open(stage, '/account?done=reconnected-all&count=3');
  yield { name: 'account-lost-keys' };
}

/** The pages of an owner who makes a key. */
export async function* newKeyPages(stage: Stage): ShownPages {
  const { page } = stage;
  await open(stage, '/account/keys/new');
  yield { name: 'new-key' };
  await open(stage, '/account/keys/new?problem=InvalidRequest&field=access&access=choose&ends=date');
  yield { name: 'new-key-problem' };
  await page.getByLabel('Upload pictures').check();
  await page.getByLabel('When I revoke it').check();
  await page.getByLabel('What is it for?').fill(HOSTILE);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(url => url.origin === stage.broker.network.pds);
  const [id = ''] = (await cookieOf(stage, 'latchkey-key-request')).split('.');
  await open(stage, `/connect/${id}`);
  yield { name: 'connect-own' };
  await authorizeElsewhere(stage, `/connect/${id}`);
  await page.waitForURL(`**/account/key-requests/${id}`);
  for (const sample of ['TypeScript', 'Python', '.env']) {
    await page.getByLabel(sample, { exact: true }).check();
    yield { name: `key-secret-${sample.replace('.', '')}`, alike: true };
  }
  yield { name: 'key-secret' };
  await page.getByRole('button', { name: 'Test the key' }).click();
  await page.locator('#try [data-note=works], #try [role=alert]').waitFor();
  yield { name: 'key-tried' };
  await open(stage, `/account/key-requests/${id}`);
  yield { name: 'key-seen' };
  yield* otherAccountPages(stage);
}

/** The pages of a key whose browser has signed in to another account while its owner authorized it. */
async function* otherAccountPages(stage: Stage): ShownPages {
  const { broker, context, page } = stage;
  await open(stage, '/account/keys/new');
  await page.getByLabel('What is it for?').fill('Weather bot');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(url => url.origin === broker.network.pds);
  const [id = ''] = (await cookieOf(stage, 'latchkey-key-request')).split('.');
  const own = await cookieOf(stage, 'latchkey');
  const session = await storeSession(broker, broker.network.pds, { did: accountOf(broker, 'bob.test').did });
  await giveCookie(context, broker, await storeCookie(broker, session));
  await open(stage, `/account/key-requests/${id}`);
  yield { name: 'key-of-another-account' };
  await giveCookie(context, broker, own);
  await open(stage, `/connect/${id}`);
  await page.getByRole('button', { name: 'Deny' }).click();
}

async function cookieOf({ broker, context }: Stage, name: string): Promise<string> {
  return (await context.cookies(broker.url)).find(cookie => cookie.name === name)?.value ?? '';
}

type StoreKey = (name: string, status: SessionStatus, days?: number) => Promise<TestKey>;

/** Stores a working key, one that needs its owner, a revoked one, and one whose session's row is being checked. */
async function storeKeys(
  broker: TestBroker,
  did: Did,
): Promise<Record<'works' | 'lost' | 'over' | 'paused', TestKey> & { store: StoreKey }> {
  const { pds } = broker.network;
  const store: StoreKey = async (name, status, days) => {
    const session = await storeSession(broker, pds, { did }, 'api_key');
    const expiresAt = days === undefined ? null : new Date(Date.now() + days * 24 * 60 * 60_000);
    const key = await issueKey(broker, session, { name, expiresAt });
    await broker.database.updateTable('oauth_session').set({ status }).where('id', '=', session.id).execute();
    return key;
  };
  const paused = await store('Field notes', 'active');
  await putInCheck(broker, paused.sessionId);
  return {
    store,
    paused,
    works: await store('Weather bot', 'active', 3),
    lost: await store(`Old ${HOSTILE}`, 'needs_reauth'),
    over: await store('Forgotten', 'revoked'),
  };
}
