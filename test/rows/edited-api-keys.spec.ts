import { beforeAll, expect, it } from '@jest/globals';
import type { ApiKeyRow } from '../../src/api-keys/keys/api-key.ts';
import { ApiKeyCache } from '../../src/api-keys/keys/api-key.cache.ts';
import { newApiKeySecret } from '../../src/crypto/api-key-secret.ts';
import { digestOf } from '../../src/crypto/secret.ts';
import type { Did } from '../../src/database/tables/did.ts';
import type { ApiKeyId } from '../../src/database/tables/id.ts';
import { callWith, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { errorOf } from '../login/answers.ts';
import { operate } from '../sessions/operate.ts';
import { countAlarms } from './alarms.ts';

/** The original rows of two keys. The first one gets edited. */
type Rows = { own: ApiKeyRow; other: ApiKeyRow };

/** Columns without a meaning for access: the number of keys, and the last use. */
const free = ['slot', 'last_used_at', 'last_used_client', 'last_used_network'] as const;

type Bound = Exclude<keyof ApiKeyRow, (typeof free)[number]>;

const later = '2099-01-01T00:00:00.000Z';
const wanted = newApiKeySecret();

const edits: Record<Bound, (rows: Rows) => string | null> = {
  id: () => 'b7a34e1c-0000-4000-8000-000000000000',
  did: () => 'did:plc:cccccccccccccccccccccccc',
  session_id: ({ other }) => other.session_id,
  name: () => 'another',
  scope: () => 'atproto',
  start: () => 'ckapi_ffffff',
  digest: () => digestOf(wanted),
  previous_digest: () => digestOf(wanted),
  previous_until: () => later,
  created_at: () => later,
  expires_at: () => null,
  revoked_at: () => later,
  mac: ({ other }) => other.mac,
};

describeBroker('an edited row of an API key', broker => {
  let key: TestKey;
  let rows: Rows;
  beforeAll(async () => {
    const issue = async (did: Did): Promise<TestKey> => {
      const session = await storeSession(broker(), broker().network.pds, { did }, 'api_key');
      return issueKey(broker(), session, { expiresAt: new Date('2098-01-01') });
    };
    key = await issue('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa');
    const { id } = await issue('did:plc:bbbbbbbbbbbbbbbbbbbbbbbb');
    rows = { own: await rowOf(broker(), key.id), other: await rowOf(broker(), id) };
  });

  const columns = Object.keys(edits) as Bound[];
  it('is tested in every column', () => {
    expect([...columns, ...free].sort()).toEqual(Object.keys(rows.own).sort());
  });

  it.each(columns)('opens no route, stays unchanged and raises an alarm: %s', async column => {
    const edited = { ...rows.own, [column]: edits[column](rows) };
    const secret = column.endsWith('digest') ? wanted : key.secret;
    await replaceRow(broker(), rows.own, edited);
    try {
      const alarms = countAlarms(broker());
      const unreadable = { status: 503, error: 'SealedRowUnreadable' };
      expect(await errorOf(await callWith(broker(), { secret }, 'GET /api/me'))).toEqual(unreadable);
      expect((await callWith(broker(), { secret }, 'GET /xrpc/com.example.anything')).status).toBe(503);
      expect((await operate(broker(), `DELETE /api/keys/${edited.id}`)).status).toBe(503);
      expect(countAlarms(broker())).toBe(alarms + 3);
      expect(await rowOf(broker(), edited.id)).toEqual(edited);
    } finally {
      await replaceRow(broker(), edited, rows.own);
    }
    expect((await callWith(broker(), key, 'GET /api/me')).status).toBe(200);
  });
});

async function rowOf({ database }: TestBroker, id: ApiKeyId): Promise<ApiKeyRow> {
  return database.selectFrom('api_key').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

async function replaceRow({ app, database }: TestBroker, from: ApiKeyRow, to: ApiKeyRow): Promise<void> {
  await database.updateTable('api_key').set(to).where('id', '=', from.id).execute();
  // Without it the broker reads the row up to five seconds later.
  app.get(ApiKeyCache).forgetWhere(() => true);
}
