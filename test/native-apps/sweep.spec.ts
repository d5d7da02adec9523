import { beforeEach, expect, it } from '@jest/globals';
import { sweepNow } from '../background/due.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { nativeRefreshRow } from '../database/rows.ts';
import { type Timestamp, toTimestamp } from '../../src/database/tables/timestamp.ts';
import { TestApp } from './test-app.ts';

const MOST = 5;
const past: Timestamp = '2020-01-01T00:00:00.000Z';
const future = (days: number) => toTimestamp(new Date(Date.now() + days * 24 * 60 * 60_000));

describeBroker('stored tokens of native apps', suite, {
  confidential: true,
  settings: { LATCHKEY_NATIVE_TOKENS: String(MOST) },
});

function suite(broker: () => TestBroker): void {
  beforeEach(async () => {
    await broker().database.deleteFrom('native_refresh').execute();
    await broker().database.deleteFrom('native_proof').execute();
  });

  const store = async (...changes: object[]): Promise<void> => {
    await broker().database.insertInto('native_refresh').values(changes.map(nativeRefreshRow)).execute();
  };
  const sweep = async (): Promise<string[]> => {
    await sweepNow(broker());
    const rows = await broker().database.selectFrom('native_refresh').select('kid').orderBy('kid').execute();
    return rows.map(({ kid }) => kid);
  };

  it('are swept after their time, together with used proofs', async () => {
    const proofs = [
      { id: 'old', expires_at: past },
      { id: 'new', expires_at: future(1) },
    ];
    await broker().database.insertInto('native_proof').values(proofs).execute();
    await store({ kid: 'old', expires_at: past }, { kid: 'answered', sealed: 's', expires_at: past });
    await store({ kid: 'new', expires_at: future(1) });
    expect(await sweep()).toEqual(['new']);
    expect(await broker().database.selectFrom('native_proof').select('id').execute()).toEqual([
      { id: 'new' },
    ]);
  });

  it('are limited in number, and those in use or with a response stay', async () => {
    const idle = Array.from({ length: MOST + 3 }, (_, day) => ({
      kid: `idle ${day}`,
      expires_at: future(day + 1),
    }));
    await store(...idle);
    await store({ kid: 'answered', sealed: 's', expires_at: future(0.1) });
    await store({ kid: 'sent', attempt_id: 'a', attempt_state: 'sent', owner: 'o', expires_at: future(0.1) });
    const left = idle.slice(-MOST).map(({ kid }) => kid);
    expect(await sweep()).toEqual(['answered', ...left, 'sent']);
  });

  it('are not needed by sessions that send their key id', async () => {
    const app = await TestApp.register(broker());
    const session = await app.login(accountOf(broker(), 'alice.test'));
    await store(...Array.from({ length: MOST }, () => ({ expires_at: future(200) })));
    await sweepNow(broker());
    expect(await app.refresh(session, { keyId: undefined })).toMatchObject({ status: 400 });
    expect(await app.isAlive(await app.renew(session))).toBe(true);
  });
}
