import { beforeEach, expect, it } from '@jest/globals';
import type { TempTokenId } from '../../src/database/tables/id.ts';
import { digestOf } from '../../src/crypto/secret.ts';
import { newTempToken, type TempTokenRow } from '../../src/temp-tokens/temp-token.ts';
import { TempTokens } from '../../src/temp-tokens/temp-tokens.service.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { errorOf } from '../login/answers.ts';
import { exchange } from '../network/http-exchange.ts';
import { served, ThingsModule } from '../temp-tokens/things.ts';
import { countAlarms } from './alarms.ts';

type Rows = { claim: TempTokenRow; other: TempTokenRow };

const later = '2099-01-01T00:00:00.000Z';
const wanted = newTempToken();
const alarm = { status: 503, error: 'SealedRowUnreadable' };
const refusal = { status: 401, error: 'InvalidToken' };

/** The token allows one claim, and was used. */
const edits: Record<keyof TempTokenRow, (rows: Rows) => string | null> = {
  id: () => 'b7a34e1c-0000-4000-8000-000000000000',
  digest: () => digestOf(wanted),
  scope: ({ other }) => other.scope,
  resource_id: ({ other }) => other.resource_id,
  created_at: () => later,
  expires_at: () => later,
  consumed_at: () => null,
  mac: ({ other }) => other.mac,
};

describeBroker('an edited row of a temp token', suite, { modules: [ThingsModule] });

function suite(broker: () => TestBroker): void {
  let token: string;
  let unused: TempTokenRow;
  let rows: Rows;

  const claim = async (thing: string, shown = token) => {
    const headers = { authorization: `Bearer ${shown}` };
    const answer = await exchange(new URL(`/things/${thing}/claim`, broker().url), {
      method: 'POST',
      headers,
    });
    return answer.status === 200 ? { status: 200 } : errorOf(answer);
  };

  beforeEach(async () => {
    const tokens = broker().app.get(TempTokens, { strict: false });
    await broker().database.deleteFrom('temp_token').execute();
    const minted = await tokens.mint({ scope: 'claim-thing', resource: 'thing-1', ttlSeconds: 60 });
    const other = await tokens.mint({ scope: 'read-thing', resource: 'thing-2', ttlSeconds: 600 });
    token = minted.token;
    unused = await rowOf(broker(), minted.id);
    expect(await claim('thing-1')).toEqual({ status: 200 });
    rows = { claim: await rowOf(broker(), minted.id), other: await rowOf(broker(), other.id) };
    served.splice(0);
  });

  const columns = Object.keys(edits) as (keyof TempTokenRow)[];
  it('is tested in every column', () => {
    expect(columns.sort()).toEqual(Object.keys(rows.claim).sort());
  });

  it.each(columns)('opens no route and raises an alarm: %s', async column => {
    await put(broker(), rows.claim.id, { ...rows.claim, [column]: edits[column](rows) });
    const alarms = countAlarms(broker());
    const shown = column === 'digest' ? wanted : token;
    expect(await claim('thing-1', shown)).toEqual(alarm);
    expect(await claim('thing-2', shown)).toEqual(alarm);
    expect(countAlarms(broker())).toBe(alarms + 2);
    expect(served).toEqual([]);
  });

  it('opens no route if it is a copy of another row with the digest of a known token', async () => {
    const { id, digest } = rows.claim;
    await put(broker(), id, { ...rows.other, id, digest });
    expect(await claim('thing-1')).toEqual(alarm);
    expect(served).toEqual([]);
  });

  it('opens only its old routes again if the whole row is restored', async () => {
    expect(await claim('thing-1')).toEqual(refusal);
    await put(broker(), rows.claim.id, unused);
    expect(await claim('thing-2')).toEqual(refusal);
    expect(await claim('thing-1')).toEqual({ status: 200 });
    expect(await claim('thing-1')).toEqual(refusal);
  });
}

async function rowOf({ database }: TestBroker, id: TempTokenId): Promise<TempTokenRow> {
  return database.selectFrom('temp_token').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

async function put({ database }: TestBroker, id: TempTokenId, row: TempTokenRow): Promise<void> {
  await database.updateTable('temp_token').set(row).where('id', '=', id).execute();
}
