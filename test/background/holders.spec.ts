import { expect, it } from '@jest/globals';
import { HolderlessSessionRepository } from '../../src/background/sweeps/holderless-session.repository.ts';
import { HolderlessSessions } from '../../src/background/sweeps/holderless-sessions.service.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { SessionRevocation } from '../../src/sessions/endings/session-revocation.service.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { apiKeyRow, keyRequestRow, oauthSessionRow, uiSessionRow } from '../database/rows.ts';
import { stopBackground } from './due.ts';
import { asId } from '../ids.ts';

const ROUNDS = process.env.TEST_LONG ? 50 : 3;
const SESSIONS = 60;
const past = '2020-01-01T00:00:00.000Z';
const future = '2099-01-01T00:00:00.000Z';

describeBroker('sessions that get a holder while they are swept', suite);

function suite(broker: () => TestBroker): void {
  it('are kept by a browser, a live key or an unclaimed request, and by no ended one', async () => {
    const { app, database } = broker();
    await stopBackground(broker());
    const repository = new HolderlessSessionRepository(database);
    const holderless = new HolderlessSessions(database, repository, app.get(SessionRevocation));
    const ids = await storeSessions(database);
    const held = await holdInEveryWay(database, ids);
    await holderless.sweep(SESSIONS, new Date());
    const active = database.selectFrom('oauth_session').select('id').where('status', '=', 'active');
    expect((await active.execute()).map(({ id }) => id).sort()).toEqual(held.sort());
  });

  it('are either swept, and the holder is refused, or kept with it', async () => {
    const { app, database } = broker();
    await stopBackground(broker());
    const repository = new HolderlessSessionRepository(database);
    const holderless = new HolderlessSessions(database, repository, app.get(SessionRevocation));
    for (let round = 1; round <= ROUNDS; round++) {
      const ids = await storeSessions(database);
      const stopping = new AbortController();
      const sweeping = sweepUntil(stopping.signal, holderless);
      const held = await Promise.all(ids.map(id => addHolder(database, asId(id))));
      stopping.abort();
      await sweeping;
      const rows = await database
        .selectFrom('oauth_session')
        .select(['id', 'status'])
        .where('id', 'in', ids.map(asId))
        .execute();
      const statuses = new Map(rows.map(({ id, status }) => [id, status]));
      for (const [index, id] of ids.entries())
        expect([id, statuses.get(asId(id))]).toEqual([id, held[index] ? 'active' : 'revoking']);
      await holderless.sweep(SESSIONS, new Date());
      const kept = held.filter(Boolean).length;
      const active = database.selectFrom('oauth_session').select('id').where('id', 'in', ids.map(asId));
      expect(await active.where('status', '=', 'active').execute()).toHaveLength(kept);
    }
  });
}

/** Gives each session one live or ended holder. Returns the ids of the sessions with a live one. */
async function holdInEveryWay(database: Database, ids: readonly string[]): Promise<(string | undefined)[]> {
  const [browser = '', key = '', lasting = '', asked = '', authorized = '', ...unheld] = ids;
  await database
    .insertInto('ui_session')
    .values(uiSessionRow(asId(browser)))
    .execute();
  const keys = [
    apiKeyRow(asId(key), { expires_at: future }),
    apiKeyRow(asId(lasting)),
    apiKeyRow(asId(unheld[0] ?? ''), { expires_at: past }),
    apiKeyRow(asId(unheld[1] ?? ''), { revoked_at: past }),
  ];
  await database.insertInto('api_key').values(keys).execute();
  const requests = [
    keyRequestRow({ session_id: asked, status: 'pending', expires_at: future }),
    keyRequestRow({ session_id: authorized, status: 'authorized', expires_at: future }),
    keyRequestRow({ session_id: unheld[2] ?? '', status: 'authorized', expires_at: past }),
    keyRequestRow({ session_id: unheld[3] ?? '', status: 'claimed', expires_at: future }),
    keyRequestRow({ session_id: unheld[4] ?? '', status: 'denied', expires_at: future }),
  ];
  await database.insertInto('key_request').values(requests).execute();
  return [browser, key, lasting, asked, authorized];
}

async function sweepUntil(signal: AbortSignal, holderless: HolderlessSessions): Promise<void> {
  while (!signal.aborted) {
    await holderless.sweep(4, new Date());
    await new Promise(resolve => setTimeout(resolve, 2)); // Without it SQLite leaves no turn for timers.
  }
}

/** Stores sessions without secrets, so that none is revoked at an issuer. The test checks which are marked. */
async function storeSessions(database: Database): Promise<string[]> {
  const rows = Array.from({ length: SESSIONS }, () => oauthSessionRow({ granted_at: past }));
  await database.insertInto('oauth_session').values(rows).execute();
  return rows.map(({ id }) => id);
}

/** Returns whether the session accepted the holder. */
async function addHolder(database: Database, sessionId: SessionId): Promise<boolean> {
  await new Promise(resolve => setTimeout(resolve, Math.random() * 100));
  return database.transaction().execute(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('oauth_session')
      .set({ last_used_at: database.now() })
      .where('id', '=', sessionId)
      .where('status', '=', 'active')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await transaction.insertInto('ui_session').values(uiSessionRow(sessionId)).execute();
    return true;
  });
}
