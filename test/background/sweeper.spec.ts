import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { SessionCache, type LiveSession } from '../../src/sessions/stored/session.cache.ts';
import { TokenProbe } from '../../src/sessions/pds/token-probe.service.ts';
import { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { letGraceEnd } from '../broker/older-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { oauthStateRow, uiSessionRow } from '../database/rows.ts';
import { signIn, type TestSession } from '../refresher/test-session.ts';
import { stopBackground, sweepNow } from './due.ts';

const past = '2020-01-01T00:00:00.000Z';
const future = '2099-01-01T00:00:00.000Z';

describeBroker('the sweeper', suite);

function suite(broker: () => TestBroker): void {
  const sweep = (): Promise<void> => sweepNow(broker());

  beforeAll(() => stopBackground(broker()));
  beforeEach(async () => {
    const { database } = broker();
    for (const table of ['ui_session', 'oauth_session', 'oauth_state'] as const)
      await database.deleteFrom(table).execute();
  });

  it('removes expired pending authorizations, also more than one batch, and no others', async () => {
    const over = Array.from({ length: 1_100 }, () => oauthStateRow({ expires_at: past }));
    const { database } = broker();
    for (let start = 0; start < over.length; start += 50)
      await database
        .insertInto('oauth_state')
        .values(over.slice(start, start + 50))
        .execute();
    const pending = oauthStateRow({ expires_at: future });
    await database.insertInto('oauth_state').values(pending).execute();
    await sweep();
    expect(await database.selectFrom('oauth_state').select('id').execute()).toEqual([{ id: pending.id }]);
    expect(broker().logLines.join('')).toContain('"table":"oauth_state","rows":1100');
  });

  it('removes expired browser sessions, and revokes their sessions a moment later', async () => {
    const session = await signIn(broker());
    await expireCookie(session);
    await sweep();
    expect(await countUiSessions(session)).toBe(0);
    expect(await session.state()).toMatchObject({ status: 'active' });
  });

  it('revokes a session that nothing holds, at its issuer', async () => {
    const [abandoned, held] = [await signIn(broker()), await signIn(broker())];
    const token = await liveOf(abandoned);
    const oracle = broker().app.get(TokenProbe);
    expect(await oracle.probeToken(token)).toBe('alive');
    await expireCookie(abandoned);
    for (const session of [abandoned, held]) await letGraceEndOf(session);
    await sweep();
    expect(await abandoned.state()).toMatchObject({ status: 'revoked' });
    expect(await oracle.probeToken(token)).toBe('dead');
    expect(await held.call()).toMatchObject({ status: 200 });
    expect(await held.state()).toMatchObject({ status: 'active' });
  });

  it('retries failed revocations', async () => {
    const session = await signIn(broker());
    const token = await liveOf(session);
    const marked = broker().database.updateTable('oauth_session').set({ status: 'revoking' });
    await marked.where('id', '=', session.id).execute();
    await sweep();
    expect(await session.state()).toMatchObject({ status: 'revoked' });
    expect(await broker().app.get(TokenProbe).probeToken(token)).toBe('dead');
  });

  it('keeps a session whose holder is being added', async () => {
    const session = await signIn(broker());
    await broker().database.deleteFrom('ui_session').execute();
    await letGraceEndOf(session);
    const committed = Promise.withResolvers<undefined>();
    const adding = addHolder(broker(), session.id, () => committed.promise);
    const sweeping = sweep();
    setTimeout(() => {
      committed.resolve(undefined);
    }, 100);
    expect(await adding).toBe(true);
    await sweeping;
    await sweep();
    expect(await session.state()).toMatchObject({ status: 'active' });
    expect(await countUiSessions(session)).toBe(1);
  });
}

/** Adds a holder by the usual rule: updates the session in the same transaction, and only if it is active. */
async function addHolder(
  { database }: TestBroker,
  sessionId: SessionId,
  beforeCommit: () => Promise<unknown>,
): Promise<boolean> {
  return database.transaction().execute(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('oauth_session')
      .set({ last_used_at: database.now() })
      .where('id', '=', sessionId)
      .where('status', '=', 'active')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await transaction
      .insertInto('ui_session')
      .values(uiSessionRow(sessionId, { expires_at: future }))
      .execute();
    await beforeCommit();
    return true;
  });
}

async function expireCookie({ broker, id }: TestSession): Promise<void> {
  await broker.database
    .updateTable('ui_session')
    .set({ expires_at: past })
    .where('session_id', '=', id)
    .execute();
}

/** Makes a session so old that the transaction that stored it must have ended. */
async function letGraceEndOf({ broker: { app, database }, id }: TestSession): Promise<void> {
  await letGraceEnd(database, app.get(SessionSecretsBox), other => other === id);
}

async function liveOf({ broker: { app }, id }: TestSession): Promise<LiveSession> {
  return (await app.get(SessionCache).reload(id)) as LiveSession;
}

async function countUiSessions({ broker: { database }, id }: TestSession): Promise<number> {
  return (await database.selectFrom('ui_session').select('id').where('session_id', '=', id).execute()).length;
}
