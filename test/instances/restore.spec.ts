import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AuditLog } from '../../src/audit/audit-log.service.ts';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { RestoredSessions } from '../../src/sessions/rollback/restored-sessions.service.ts';
import type { SessionRow } from '../../src/sessions/stored/session-row.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { connectPostgres } from '../network/postgres.ts';
import { makeScratchDirectory } from '../network/scratch-directory.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { refreshTimes, saveRow } from '../refresher/saved-rows.ts';
import { signIn, type TestSession } from '../refresher/test-session.ts';
import { until } from '../until.ts';

const scratch = await makeScratchDirectory('latchkey-restore-');
const copies: string[] = [];
const server = connectPostgres(process.env.TEST_POSTGRES_URL ?? '');
afterAll(async () => {
  await rm(scratch, { recursive: true });
  for (const url of copies) await server.dropDatabase(url);
});

describeDialects('a restored database', (_open, { dialect, create }) => {
  let original: TestBroker;
  let database: DatabaseConfig;
  let sessions: Sessions;
  let rows: SessionRow[];
  let spent: string[];

  // The sessions of a backup, from which two are rotated.
  beforeAll(async () => {
    database = await create();
    original = await startTestBroker(dialect, database, await placeOf(`${dialect}-original`));
    sessions = {
      twice: await signIn(original),
      once: await signIn(original, 'bob.test'),
      kept: await signIn(original),
      keptToo: await signIn(original, 'bob.test'),
    };
    rows = await Promise.all(Object.values(sessions).map(saveRow));
    const twice = await refreshTimes(sessions.twice, 2);
    const once = await refreshTimes(sessions.once, 1);
    spent = [...twice.spent, ...once.spent];
    await original.app.close();
  });

  it('is not started until the operator accepts it, and its original goes on', async () => {
    const copy = await copyWithRows(database, rows);
    const refusal = await refusalOf(copy);
    expect(refusal).toMatch(/restored, copied or moved\. Its home is .*alive at \d{4}-.*Here it is /);
    for (const wrong of ['yes', '0123456789abcdef'])
      expect(await refusalOf(copy, { LATCHKEY_ACCEPT_RESTORED: wrong })).toBe(refusal);
    const place = await placeOf(`${dialect}-original`);
    const again = await startTestBroker(dialect, database, { ...place, inPlaceOf: original });
    for (const session of Object.values(sessions))
      expect(await session.at(again).call()).toMatchObject({ status: 200 });
    await again.app.close();
    await expectSentOnce();
  });

  it('takes newer states from a journal, and keeps what was not rotated', async () => {
    await withAccepted(`${dialect}-original`, async ({ twice, once, kept }) => {
      for (const session of [twice, once]) {
        await until(
          'it is put back',
          () => session.state(),
          ({ generation }) => generation > 1,
        );
        expect(await session.call()).toMatchObject({ status: 200 });
      }
      expect(await kept.call()).toMatchObject({ status: 200 });
      expect(await kept.refresh()).toMatchObject({ kind: 'skipped' });
      await expectSentOnce();
      await kept.letDeadlinePass();
      expect(await kept.refresh()).toEqual({ kind: 'refreshed' });
    });
  });

  it('ends what was rotated and is in no journal, says how many, and revokes nothing', async () => {
    await withAccepted(`${dialect}-new`, async ({ twice, once, keptToo }, broker) => {
      const restored = broker.app.get(RestoredSessions);
      expect(await restored.count()).toMatchObject({ sessions: 4, open: 4, ended: 0 });
      await expectSentOnce();
      for (const session of [twice, once]) {
        expect(await session.state()).toMatchObject({ status: 'active', attempt_state: 'in_doubt' });
        await session.letDeadlinePass();
        await letJournalsBeLookedAt(session);
        await session.refresh();
        await until(
          'its owner is needed',
          () => session.state(),
          ({ reason }) => reason === 'restored',
        );
      }
      await keptToo.letDeadlinePass();
      expect(await keptToo.refresh()).toEqual({ kind: 'refreshed' });
      expect(await keptToo.call()).toMatchObject({ status: 200 });
      // The fourth was rotated by the test before, and has not been tried.
      expect(await restored.count()).toMatchObject({ sessions: 4, open: 1, ended: 2 });
      const { auditEvents } = await broker.app.get(AuditLog).list({ action: 'database.restored', limit: 5 });
      expect(auditEvents).toMatchObject([{ actor: { kind: 'operator' }, detail: { sessions: 4 } }]);
      expect(broker.logLines.filter(line => line.includes('revoked at issuer'))).toEqual([]);
    });
  });

  /** Starts a broker on a copy that the operator accepts. */
  async function withAccepted(
    spool: string,
    use: (sessions: Sessions, broker: TestBroker) => Promise<void>,
  ): Promise<void> {
    const copy = await copyWithRows(database, rows);
    const fingerprint = /LATCHKEY_ACCEPT_RESTORED=(\w+)/.exec(await refusalOf(copy))?.[1] ?? '';
    const place = await placeOf(spool, { LATCHKEY_ACCEPT_RESTORED: fingerprint });
    const broker = await startTestBroker(dialect, copy, { ...place, inPlaceOf: original });
    const { twice, once, kept, keptToo } = sessions;
    const there = {
      twice: twice.at(broker),
      once: once.at(broker),
      kept: kept.at(broker),
      keptToo: keptToo.at(broker),
    };
    await use(there, broker).finally(() => broker.app.close());
  }

  async function refusalOf(copy: DatabaseConfig, settings: Record<string, string> = {}): Promise<string> {
    const place = await placeOf(`${dialect}-refused`, settings);
    try {
      const { app } = await startTestBroker(dialect, copy, { ...place, inPlaceOf: original });
      await app.close();
      return 'it started';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async function expectSentOnce(): Promise<void> {
    for (const digest of spent) expect(await sessions.kept.requestsOf(digest)).toHaveLength(1);
  }
});

type Sessions = Readonly<Record<'twice' | 'once' | 'kept' | 'keptToo', TestSession>>;

async function placeOf(spool: string, settings: Record<string, string> = {}) {
  const directory = join(scratch, spool);
  await mkdir(directory, { recursive: true });
  return { network: await networkOfWorker(), settings: { LATCHKEY_SPOOL_DIR: directory, ...settings } };
}

/** Copies a database that no broker uses, and gives its sessions the rows that they had at the backup. */
async function copyWithRows(config: DatabaseConfig, rows: readonly SessionRow[]): Promise<DatabaseConfig> {
  const copy = await copyDatabase(config);
  const database = await openDatabase(copy);
  const now = database.now();
  await database
    .insertInto('instance')
    .values({ owner: 'of-the-original', started_at: now, seen_at: now })
    .execute();
  for (const row of rows)
    await database.updateTable('oauth_session').set(row).where('id', '=', row.id).execute();
  await database.destroy();
  return copy;
}

async function copyDatabase(config: DatabaseConfig): Promise<DatabaseConfig> {
  if (config.kind === 'sqlite') {
    const path = join(dirname(config.path), `copy-${randomUUID()}.sqlite`);
    await copyFile(config.path, path);
    return { kind: 'sqlite', path };
  }
  const url = await server.copyDatabase(config.url);
  copies.push(url);
  return { kind: 'postgres', url };
}

/** Lets the time pass in which the instances look for newer tokens. */
async function letJournalsBeLookedAt({ broker: { database }, id }: TestSession): Promise<void> {
  await database
    .updateTable('oauth_session')
    .set({ rolled_back_at: database.now(-20 * 60) })
    .where('id', '=', id)
    .execute();
}
