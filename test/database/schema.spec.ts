import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Keyring } from '../../src/crypto/keyring.ts';
import { RowMac } from '../../src/crypto/row-mac.ts';
import { isUniqueViolation } from '../../src/database/connection/database-error.ts';
import { sealedColumns } from '../../src/database/tables/sealed-columns.ts';
import { keyRequestStatuses } from '../../src/database/tables/key-request.ts';
import { sessionPurposes, sessionReasons, sessionStatuses } from '../../src/database/tables/oauth-session.ts';
import { statePurposes } from '../../src/database/tables/oauth-state.ts';
import { describeDialects } from './dialects.ts';
import { expectedColumns } from './expected-columns.ts';
import { nativeAttemptStates } from '../../src/database/tables/native-refresh.ts';
import { nativeAppStatuses } from '../../src/database/tables/native-app.ts';
import {
  clientKeyRow,
  keyRequestRow,
  nativeAppRow,
  nativeRefreshRow,
  oauthSessionRow,
  oauthStateRow,
  uiSessionRow,
} from './rows.ts';
import { findUnlistedColumns } from './unlisted-columns.ts';
import { asId } from '../ids.ts';

describeDialects('the schema', open => {
  it('has the tables and columns of the table types', async () => {
    const database = await open();
    const tables = (await database.introspection.getTables()).filter(
      ({ name }) => !name.startsWith('schema_migration'),
    );
    const found = tables.map(({ name, columns }) => [
      name,
      Object.fromEntries(columns.map(column => [column.name, column.isNullable ? 'null' : 'not null'])),
    ]);
    expect(Object.fromEntries(found)).toEqual(expectedColumns);
  });

  it('stores text and integers only', async () => {
    const tables = await (await open()).introspection.getTables();
    const types = tables.flatMap(({ columns }) => columns.map(({ dataType }) => dataType.toLowerCase()));
    const ofTheMigrator = ['varchar', 'varchar(255)'];
    expect(types.filter(type => !['text', 'integer', 'int4', ...ofTheMigrator].includes(type))).toEqual([]);
  });

  it('accepts every purpose, status and reason that the program knows, and no other', async () => {
    const database = await open();
    const insertSession = (change: object): Promise<unknown> =>
      database.insertInto('oauth_session').values(oauthSessionRow(change)).execute();
    const insertState = (change: object): Promise<unknown> =>
      database.insertInto('oauth_state').values(oauthStateRow(change)).execute();
    for (const purpose of sessionPurposes) await insertSession({ purpose });
    for (const status of sessionStatuses) await insertSession({ status });
    for (const reason of sessionReasons) await insertSession({ reason });
    for (const purpose of statePurposes) await insertState({ purpose });
    const insertRequest = (change: object): Promise<unknown> =>
      database.insertInto('key_request').values(keyRequestRow(change)).execute();
    for (const status of keyRequestStatuses) await insertRequest({ status });
    const insertApp = (change: object): Promise<unknown> =>
      database.insertInto('native_app').values(nativeAppRow(change)).execute();
    for (const status of nativeAppStatuses) await insertApp({ status });
    const insertToken = (change: object): Promise<unknown> =>
      database.insertInto('native_refresh').values(nativeRefreshRow(change)).execute();
    for (const attempt_state of nativeAttemptStates) await insertToken({ attempt_state });
    await expect(insertApp({ status: 'other' })).rejects.toThrow('native_app_status_known');
    await expect(insertToken({ attempt_state: 'other' })).rejects.toThrow(
      'native_refresh_attempt_state_known',
    );
    await expect(insertRequest({ status: 'other' })).rejects.toThrow('key_request_status_known');
    await expect(insertSession({ purpose: 'other' })).rejects.toThrow('oauth_session_purpose_known');
    await expect(insertSession({ status: 'other' })).rejects.toThrow('oauth_session_status_known');
    await expect(insertSession({ reason: 'other' })).rejects.toThrow('oauth_session_reason_known');
    await expect(insertState({ purpose: 'other' })).rejects.toThrow('oauth_state_purpose_known');
  });

  it('starts a session at generation 1', async () => {
    const database = await open();
    await database.insertInto('oauth_session').values(oauthSessionRow()).execute();
    const rows = await database.selectFrom('oauth_session').select('generation').execute();
    expect(rows).toEqual([{ generation: 1 }]);
  });

  it('lets a UI session refer only to an existing session', async () => {
    const database = await open();
    const orphan = database
      .insertInto('ui_session')
      .values(uiSessionRow(asId('nobody')))
      .execute();
    await expect(orphan).rejects.toThrow(/foreign key/i);
  });

  it('distinguishes a taken key from every other failure', async () => {
    const database = await open();
    const session = oauthSessionRow();
    await database.insertInto('oauth_session').values(session).execute();
    await database
      .insertInto('ui_session')
      .values(uiSessionRow(session.id, { digest: 'd' }))
      .execute();
    const refusals = [
      await failureOf(database.insertInto('oauth_session').values(session).execute()),
      await failureOf(
        database
          .insertInto('ui_session')
          .values(uiSessionRow(session.id, { digest: 'd' }))
          .execute(),
      ),
      await failureOf(
        database
          .insertInto('ui_session')
          .values(uiSessionRow(asId('nobody')))
          .execute(),
      ),
    ];
    expect(refusals.map(isUniqueViolation)).toEqual([true, true, false]);
  });

  it('returns counts as numbers', async () => {
    const database = await open();
    await database.insertInto('client_key').values(clientKeyRow()).execute();
    const counts = await database
      .selectFrom('client_key')
      .select(({ fn }) => fn.countAll().as('keys'))
      .execute();
    expect(counts).toEqual([{ keys: 1 }]);
  });

  it('has all the columns that are listed as sealed', () => {
    for (const [table, column] of sealedColumns) expect(expectedColumns[table]).toHaveProperty(column);
  });

  it('lists every column as sealed whose name says so', () => {
    const columns = Object.entries(expectedColumns).flatMap(([table, described]) =>
      Object.keys(described).map(column => [table, column]),
    );
    const named = columns.filter(([, column = '']) => /(^|_)(sealed|mac|canary)(_|$)/.test(column));
    expect(named.length).toBeGreaterThan(10);
    for (const column of named) expect(sealedColumns).toContainEqual(column);
  });

  it('names a column that holds a MAC and is not listed', async () => {
    const database = await open();
    const mac = new RowMac(new Keyring([randomBytes(32)]));
    const binding = { table: 'lease', column: 'owner', id: 'a', facts: {} };
    const until = '2026-11-20T18:00:00.000Z';
    await database
      .insertInto('lease')
      .values({ name: 'a', owner: mac.sign(binding), until })
      .execute();
    expect(await findUnlistedColumns(database)).toEqual(['lease.owner']);
  });
});

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
}
