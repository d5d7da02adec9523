import { beforeEach, expect, it } from '@jest/globals';
import type { OperatorSessionId } from '../../src/database/tables/id.ts';
import { digestOf, newSecret } from '../../src/crypto/secret.ts';
import { OperatorSessions } from '../../src/operator-sessions/operator-sessions.service.ts';
import type { OperatorSessionRow } from '../../src/operator-sessions/operator-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { countAlarms } from './alarms.ts';

type Rows = { readonly mine: OperatorSessionRow; readonly other: OperatorSessionRow };

const later = '2099-01-01T00:00:00.000Z';
const wanted = newSecret();

const edits: Record<keyof OperatorSessionRow, (rows: Rows) => string> = {
  id: () => 'b7a34e1c-0000-4000-8000-000000000000',
  digest: () => digestOf(wanted),
  token_mac: ({ other }) => other.token_mac,
  created_at: () => later,
  expires_at: () => later,
  mac: ({ other }) => other.mac,
};

describeBroker("an edited row of the operator's browser", broker => {
  let cookie: string;
  let rows: Rows;
  let address = 0;
  beforeEach(async () => {
    await broker().database.deleteFrom('operator_session').execute();
    const sessions = broker().app.get(OperatorSessions, { strict: false });
    const open = () => sessions.signIn(broker().secrets.adminToken, `192.0.2.${++address}`);
    const [mine, other] = [await open(), await open()];
    cookie = mine.cookie;
    rows = { mine: await rowOf(broker(), mine.id), other: await rowOf(broker(), other.id) };
  });

  const columns = Object.keys(edits) as (keyof OperatorSessionRow)[];
  it('is tested in every column', () => {
    expect(columns.sort()).toEqual(Object.keys(rows.mine).sort());
  });

  it.each(columns)('opens no page and raises an alarm: %s', async column => {
    expect((await openAdmin(broker(), cookie)).status).toBe(200);
    const edited = { [column]: edits[column](rows) };
    await broker()
      .database.updateTable('operator_session')
      .set(edited)
      .where('id', '=', rows.mine.id)
      .execute();
    const alarms = countAlarms(broker());
    const answer = await openAdmin(broker(), column === 'digest' ? wanted : cookie);
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: 'SealedRowUnreadable' }]);
    expect(countAlarms(broker())).toBe(alarms + 1);
  });
});

function openAdmin({ url }: TestBroker, cookie: string): Promise<Response> {
  return exchange(new URL('/admin/sessions', url), { headers: { cookie: `latchkey-admin=${cookie}` } });
}

function rowOf({ database }: TestBroker, id: OperatorSessionId): Promise<OperatorSessionRow> {
  return database.selectFrom('operator_session').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}
