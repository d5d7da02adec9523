import { beforeAll, expect, it } from '@jest/globals';
import type { Selectable } from 'kysely';
import type { NativeAppTable } from '../../src/database/tables/native-app.ts';
import type { NativeRefreshTable } from '../../src/database/tables/native-refresh.ts';
import { Fingerprints } from '../../src/native-apps/tokens/fingerprints.service.ts';
import { NativeAppCache } from '../../src/native-apps/registry/native-app.cache.ts';
import { NativeRefresher } from '../../src/native-apps/refresh/native-refresher.service.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type AppSession, TestApp, toSession } from '../native-apps/test-app.ts';
import { exchangesOf, rowOf } from '../native-apps/token-rows.ts';
import { countAlarms } from './alarms.ts';
import { asId } from '../ids.ts';

type AppRow = Selectable<NativeAppTable>;
type TokenRow = Selectable<NativeRefreshTable>;

const past = '2020-01-01T00:00:00.000Z';
const future = '2099-01-01T00:00:00.000Z';

describeBroker('an edited row of a native app', appSuite, { confidential: true });
describeBroker('an edited row of a refresh token', tokenSuite, { confidential: true });

function appSuite(broker: () => TestBroker): void {
  let app: TestApp;
  let session: AppSession;
  let row: AppRow;
  beforeAll(async () => {
    app = await TestApp.register(broker(), { attestation: null });
    session = await app.login(accountOf(broker(), 'alice.test'));
    row = await broker().database.selectFrom('native_app').selectAll().executeTakeFirstOrThrow();
  });

  const edits: Partial<AppRow>[] = [
    { id: asId('another') },
    { name: 'another' },
    { status: 'paused' },
    { metadata: null },
    { origins: '["https://evil.example"]' },
    { attestation_header: 'x-app' },
    { attestation_digest: 'digest' },
    { limit_per_minute: 1_000_000 },
    { created_at: past },
    { changed_at: past },
    { mac: '1.0123456789abcdef.AAAA' },
  ];

  it('is tested in every column but the one by which it is found', () => {
    const tried = edits.flatMap(edit => Object.keys(edit));
    expect([...tried, 'client_id'].sort()).toEqual(Object.keys(row).sort());
  });

  it.each(edits)('is not signed for, and raises an alarm: %j', async edit => {
    const alarms = countAlarms(broker());
    await put({ ...row, ...edit });
    const answer = await app.refreshOnce(session);
    await put(row);
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(countAlarms(broker())).toBe(alarms + 1);
  });

  it('with another client id is not found', async () => {
    await put({ ...row, client_id: 'https://evil.example/client.json' });
    expect(await app.refreshOnce(session)).toMatchObject({ status: 401 });
    await put(row);
    session = await app.renew(session);
  });

  async function put(edited: AppRow): Promise<void> {
    const { database, app: parts } = broker();
    await database.deleteFrom('native_app').execute();
    await database.insertInto('native_app').values(edited).execute();
    parts.get(NativeAppCache).forget(row.client_id);
  }
}

function tokenSuite(broker: () => TestBroker): void {
  let app: TestApp;
  let session: AppSession;
  beforeAll(async () => {
    app = await TestApp.register(broker());
    session = await app.renew(await app.login(accountOf(broker(), 'alice.test')));
  });

  /** The columns that the row's meaning depends on. */
  const binding: Partial<TokenRow>[] = [
    { token: 'another' },
    { app_id: asId('another') },
    { issuer: 'https://evil.example' },
    { jkt: 'another' },
    { kid: 'another' },
    { mac: '1.0123456789abcdef.AAAA' },
  ];

  it.each(binding)('is not sent, and raises an alarm: %j', async edit => {
    const alarms = countAlarms(broker());
    const row = await edited(edit);
    expect(await app.refreshOnce(session)).toMatchObject({ status: 503 });
    expect(countAlarms(broker())).toBe(alarms + 1);
    await edited(row);
    expect(await exchangesOf(broker(), session)).toBe(0);
  });

  it.each<Partial<TokenRow>>([{ sealed: '1.0123456789abcdef.AAAA' }, { jkt: 'another' }, { kid: 'another' }])(
    'returns no stored response, and raises an alarm: %j',
    async edit => {
      const first = await app.refresh(session);
      await forget();
      const alarms = countAlarms(broker());
      const row = await edited(edit);
      const answer = await app.refresh(session);
      expect(answer).toMatchObject({ status: 503 });
      expect(countAlarms(broker())).toBe(alarms + 1);
      await edited(row);
      expect((await app.refresh(session)).body).toEqual(first.body);
      session = toSession(first, session.key);
    },
  );

  it('with the response of another token returns nothing of it', async () => {
    const other = await app.login(accountOf(broker(), 'bob.test'));
    const [first] = [await app.refresh(session), await app.refresh(other)];
    await forget();
    const { sealed = null } = (await rowOf(broker(), other)) ?? {};
    const row = await edited({ sealed });
    expect(await app.refresh(session)).toMatchObject({ status: 503 });
    await edited(row);
    session = await app.renew(toSession(first, session.key));
  });

  it('with an unlimited life still needs the key', async () => {
    const first = await app.refresh(session);
    await edited({ expires_at: future, sent_nonce: null, created_at: past });
    expect(await app.refreshOnce(session)).toMatchObject({ body: { error: 'use_dpop_nonce' } });
    session = toSession(first, session.key);
  });

  it('of the key of all fingerprints stops a broker from starting', async () => {
    const { database, app: parts } = broker();
    const row = await database.selectFrom('native_lookup_key').selectAll().executeTakeFirstOrThrow();
    await database
      .updateTable('native_lookup_key')
      .set({ sealed: `${row.sealed.slice(0, -4)}AAAA` })
      .execute();
    await expect(parts.get(Fingerprints).onModuleInit()).rejects.toMatchObject({
      code: 'SealedRowUnreadable',
    });
    await database.updateTable('native_lookup_key').set({ sealed: row.sealed }).execute();
    await parts.get(Fingerprints).onModuleInit();
    session = await app.renew(session);
  });

  /** Edits the row of the session's token. Returns the original. */
  async function edited(edit: Partial<TokenRow>): Promise<Partial<TokenRow>> {
    const row = await rowOf(broker(), session);
    if (!row) throw new Error('the token has no row');
    await broker().database.updateTable('native_refresh').set(edit).where('id', '=', row.id).execute();
    return Object.fromEntries(Object.keys(edit).map(name => [name, row[name as keyof TokenRow]]));
  }

  /** Removes the response from memory. */
  async function forget(): Promise<void> {
    const row = await rowOf(broker(), session);
    broker()
      .app.get(NativeRefresher)
      .forget({ id: row?.id ?? '' });
  }
}
