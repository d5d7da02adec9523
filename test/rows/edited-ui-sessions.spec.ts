import { beforeAll, expect, it } from '@jest/globals';
import { digestOf, newSecret } from '../../src/crypto/secret.ts';
import { UiSessionCache } from '../../src/ui-sessions/ui-session.cache.ts';
import type { UiSessionRow } from '../../src/ui-sessions/ui-session.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { errorOf, statusOfMe } from '../login/answers.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { countAlarms } from './alarms.ts';

/** Both original rows. Alice's gets edited. */
type Rows = { alice: UiSessionRow; bob: UiSessionRow };

const later = '2099-01-01T00:00:00.000Z';
const wanted = newSecret();

const edits: Record<keyof UiSessionRow, (rows: Rows) => string | null> = {
  id: () => 'b7a34e1c-0000-4000-8000-000000000000',
  digest: () => digestOf(wanted),
  did: ({ bob }) => bob.did,
  session_id: ({ bob }) => bob.session_id,
  user_agent: () => null,
  created_at: () => later,
  last_seen_at: () => later,
  expires_at: () => later,
  mac: ({ bob }) => bob.mac,
};

describeBroker('an edited row of a browser session', broker => {
  let alice: BrowserClient;
  let bob: BrowserClient;
  let rows: Rows;
  beforeAll(async () => {
    [alice, bob] = [await signedIn(broker(), 'alice.test'), await signedIn(broker(), 'bob.test')];
    rows = { alice: await rowOf(broker(), 'alice.test'), bob: await rowOf(broker(), 'bob.test') };
  });

  const columns = Object.keys(edits) as (keyof UiSessionRow)[];
  it('is tested in every column', () => {
    expect(columns.sort()).toEqual(Object.keys(rows.alice).sort());
  });

  it.each(columns)('signs no browser in, and raises an alarm: %s', async column => {
    const edited = { ...rows.alice, [column]: edits[column](rows) };
    const thief = broker().browser();
    thief.agent.cookies.set(
      thief.publicUrl.host,
      'latchkey',
      column === 'digest' ? wanted : (alice.cookie('latchkey') ?? ''),
    );
    await replaceRow(broker(), rows.alice, edited);
    try {
      const alarms = countAlarms(broker());
      expect(await errorOf(await thief.get('/api/me'))).toEqual({
        status: 503,
        error: 'SealedRowUnreadable',
      });
      expect((await thief.get('/xrpc/com.atproto.server.getSession')).status).toBe(503);
      expect((await thief.post('/oauth/logout', {})).status).toBe(503);
      expect(countAlarms(broker())).toBe(alarms + 3);
    } finally {
      await replaceRow(broker(), edited, rows.alice);
    }
    expect(await statusOfMe(alice)).toBe(200);
  });

  it('signs no browser in if two rows swap their accounts', async () => {
    const swapped = {
      alice: { ...rows.alice, did: rows.bob.did, session_id: rows.bob.session_id },
      bob: { ...rows.bob, did: rows.alice.did, session_id: rows.alice.session_id },
    };
    await replaceRow(broker(), rows.alice, swapped.alice);
    await replaceRow(broker(), rows.bob, swapped.bob);
    try {
      expect(await Promise.all([alice, bob].map(statusOfMe))).toEqual([503, 503]);
    } finally {
      await replaceRow(broker(), swapped.alice, rows.alice);
      await replaceRow(broker(), swapped.bob, rows.bob);
    }
    expect(await Promise.all([alice, bob].map(statusOfMe))).toEqual([200, 200]);
  });
});

async function signedIn(broker: TestBroker, handle: string): Promise<BrowserClient> {
  const browser = broker.browser();
  await browser.login(handle, accountOf(broker, handle));
  return browser;
}

async function rowOf(broker: TestBroker, handle: string): Promise<UiSessionRow> {
  const { did } = accountOf(broker, handle);
  return broker.database
    .selectFrom('ui_session')
    .selectAll()
    .where('did', '=', did)
    .executeTakeFirstOrThrow();
}

async function replaceRow(
  { app, database }: TestBroker,
  from: UiSessionRow,
  to: UiSessionRow,
): Promise<void> {
  await database.updateTable('ui_session').set(to).where('id', '=', from.id).execute();
  // Without it the broker reads the row up to five seconds later.
  app.get(UiSessionCache).forgetWhere(() => true);
}
