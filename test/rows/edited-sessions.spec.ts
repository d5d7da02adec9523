import { beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionId } from '../../src/database/tables/id.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import type { SessionRow } from '../../src/sessions/stored/session-row.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { errorOf, statusOfMe } from '../login/answers.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { countAlarms } from './alarms.ts';
import { asId } from '../ids.ts';

type Rows = { alice: SessionRow; bob: SessionRow };
type Edit = (rows: Rows) => Partial<SessionRow>;

const later = '2099-01-01T00:00:00.000Z';

/** Columns that the tokens are bound to. `id` has its own tests below, as the browser's row refers to it. */
const binding: Record<string, Edit> = {
  did: ({ bob }) => ({ did: bob.did }),
  handle: () => ({ handle: 'bob.test' }),
  client_id: () => ({ client_id: 'http://localhost?scope=atproto' }),
  issuer: () => ({ issuer: 'http://evil.test' }),
  pds: () => ({ pds: 'http://evil.test' }),
  scope: () => ({ scope: 'atproto transition:generic transition:email' }),
  asked_scope: () => ({ asked_scope: 'atproto transition:generic transition:email' }),
  kid: () => ({ kid: 'another' }),
  purpose: () => ({ purpose: 'api_key' }),
  sealed: ({ bob }) => ({ sealed: bob.sealed }),
  granted_at: () => ({ granted_at: later }),
  refreshed_at: () => ({ refreshed_at: later }),
  access_expires_at: () => ({ access_expires_at: later }),
};

/** Columns that change without sealing the tokens again. An edit can end a session, but never open one. */
const closing: Record<string, Edit> = {
  status: () => ({ status: 'needs_reauth' }),
  'status and reason': () => ({ status: 'needs_reauth', reason: 'revoked' }),
  'sealed, erased': () => ({ sealed: null }),
};

/** Columns without a meaning for access. The session keeps working. */
const meaningless: Record<string, Edit> = {
  generation: () => ({ generation: 99 }),
  reason: () => ({ reason: 'idle' }),
  needs_reauth_at: () => ({ needs_reauth_at: later }),
  last_used_at: () => ({ last_used_at: later }),
  next_refresh_at: () => ({ next_refresh_at: later }),
  failures: () => ({ failures: 99, next_refresh_at: later }),
  attempt_id: () => ({ attempt_id: asId('forged') }),
  attempt_state: () => ({
    attempt_id: asId('forged'),
    attempt_state: 'in_doubt',
    owner: 'nobody',
    sent_at: later,
  }),
  attempt_no: () => ({ attempt_no: 99 }),
  sent_at: () => ({ sent_at: later }),
  owner: () => ({ owner: 'nobody' }),
  lease_until: () => ({ lease_until: later }),
  rolled_back_at: () => ({ rolled_back_at: later }),
};

describeBroker('an edited row of a session', broker => {
  let alice: BrowserClient;
  let rows: Rows;
  beforeAll(async () => {
    alice = broker().browser();
    await alice.login('alice.test', accountOf(broker(), 'alice.test'));
    await broker().browser().login('bob.test', accountOf(broker(), 'bob.test'));
    rows = { alice: await rowOf(broker(), 'alice.test'), bob: await rowOf(broker(), 'bob.test') };
  });

  const edited = async (edit: Edit, look: () => Promise<void>): Promise<void> => {
    await update(broker(), rows.alice.id, edit(rows));
    try {
      await look();
    } finally {
      await update(broker(), rows.alice.id, rows.alice);
    }
    expect(await statusOfMe(alice)).toBe(200);
  };

  it('is tested in every column', () => {
    const tried = [binding, meaningless].flatMap(edits => Object.keys(edits));
    expect([...tried, 'id', 'status'].sort()).toEqual(Object.keys(rows.alice).sort());
  });

  it.each(Object.keys(binding))('cannot be used, and raises an alarm: %s', column =>
    edited(binding[column] ?? fail, async () => {
      const alarms = countAlarms(broker());
      const answer = await alice.get('/xrpc/com.atproto.server.getSession');
      expect(answer.headers.get('latchkey-error')).toBe('SealedRowUnreadable');
      expect(await errorOf(answer)).toEqual({ status: 503, error: 'SealedRowUnreadable' });
      expect(await statusOfMe(alice)).toBe(503);
      expect(countAlarms(broker())).toBe(alarms + 2);
    }),
  );

  it.each(Object.keys(closing))('ends its session: %s', column =>
    edited(closing[column] ?? fail, async () => {
      const answer = await alice.get('/xrpc/com.atproto.server.getSession');
      expect(await errorOf(answer)).toEqual({ status: 401, error: 'ReauthorizationRequired' });
    }),
  );

  it('suspends its browser: status and reason of a lost answer', () =>
    edited(
      () => ({ status: 'needs_reauth', reason: 'response_lost' }),
      async () => {
        const answer = await alice.get('/xrpc/com.atproto.server.getSession');
        expect(await errorOf(answer)).toEqual({ status: 503, error: 'SessionSuspended' });
      },
    ));

  it.each(Object.keys(meaningless))('allows no more than before: %s', column =>
    edited(meaningless[column] ?? fail, async () => {
      expect(await statusOfMe(alice)).toBe(200);
    }),
  );

  describe('with the sealed text of another row', () => {
    it('cannot be used, even if all of the other row is copied', async () => {
      const { id, ...others } = rows.bob;
      expect(id).not.toBe(rows.alice.id);
      await edited(
        () => others,
        async () => {
          expect(await statusOfMe(alice)).toBe(503);
          expect((await alice.get('/xrpc/com.atproto.server.getSession')).status).toBe(503);
        },
      );
    });
  });

  it('cannot be used if its status is reset after its tokens were erased', async () => {
    const browser = broker().browser();
    await browser.login('bob.test', accountOf(broker(), 'bob.test'));
    const uiSession = await broker()
      .database.selectFrom('ui_session')
      .selectAll()
      .orderBy('created_at', 'desc')
      .executeTakeFirstOrThrow();
    const cookie = browser.cookie('latchkey') ?? '';
    await browser.post('/oauth/logout', {});
    await broker().database.insertInto('ui_session').values(uiSession).execute();
    await update(broker(), uiSession.session_id, { status: 'active' });
    browser.agent.cookies.set(browser.publicUrl.host, 'latchkey', cookie);
    expect(await statusOfMe(browser)).toBe(401);
  });
});

function fail(): never {
  throw new Error('there is no such edit');
}

async function rowOf(broker: TestBroker, handle: string): Promise<SessionRow> {
  const { did } = accountOf(broker, handle);
  return broker.database
    .selectFrom('oauth_session')
    .selectAll()
    .where('did', '=', did)
    .executeTakeFirstOrThrow();
}

async function update(
  { app, database }: TestBroker,
  id: SessionId,
  values: Partial<SessionRow>,
): Promise<void> {
  await database.updateTable('oauth_session').set(values).where('id', '=', id).execute();
  // Without it the broker reads the row up to five seconds later.
  app.get(SessionCache).forget(id);
}
