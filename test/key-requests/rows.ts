import type { KeyRequestRow } from '../../src/api-keys/requests/rules/key-request.ts';
import type { KeyRequestRepository } from '../../src/api-keys/requests/stored/key-request.repository.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { type Timestamp, toTimestamp } from '../../src/database/tables/timestamp.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { asId } from '../ids.ts';

export function keyRequestOf({ database }: Pick<TestBroker, 'database'>, id: string): Promise<KeyRequestRow> {
  return database.selectFrom('key_request').selectAll().where('id', '=', asId(id)).executeTakeFirstOrThrow();
}

export async function sessionStatusOf(
  { database }: Pick<TestBroker, 'database'>,
  id: string,
): Promise<string | undefined> {
  const query = database.selectFrom('oauth_session').select('status').where('id', '=', asId(id));
  return (await query.executeTakeFirst())?.status;
}

/** Stores a request again, as if created `seconds` earlier. */
export async function makeRowOlder(
  database: Database,
  repository: KeyRequestRepository,
  id: string,
  seconds: number,
): Promise<void> {
  const row = await keyRequestOf({ database }, id);
  const earlier = (at: Timestamp) => toTimestamp(new Date(Date.parse(at) - seconds * 1000));
  const times = { created_at: earlier(row.created_at), expires_at: earlier(row.expires_at) };
  await database.transaction().execute(async transaction => {
    await transaction.deleteFrom('key_request').where('id', '=', asId(id)).execute();
    await repository.insert({ ...row, ...times }, transaction);
  });
}
