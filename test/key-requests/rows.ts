import type { KeyRequestRow } from '../../src/api-keys/requests/key-request.ts';
import type { KeyRequestRepository } from '../../src/api-keys/requests/key-request.repository.ts';
import type { Database } from '../../src/database/connection/database.ts';
import type { TestBroker } from '../broker/test-broker.ts';

export function keyRequestOf({ database }: Pick<TestBroker, 'database'>, id: string): Promise<KeyRequestRow> {
  return database.selectFrom('key_request').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

export async function sessionStatusOf(
  { database }: Pick<TestBroker, 'database'>,
  id: string,
): Promise<string | undefined> {
  const query = database.selectFrom('oauth_session').select('status').where('id', '=', id);
  return (await query.executeTakeFirst())?.status;
}

/** Stores a request anew, made so many seconds earlier. */
export async function makeRowOlder(
  database: Database,
  repository: KeyRequestRepository,
  id: string,
  seconds: number,
): Promise<void> {
  const row = await keyRequestOf({ database }, id);
  const earlier = (at: string): string => new Date(Date.parse(at) - seconds * 1000).toISOString();
  const times = { created_at: earlier(row.created_at), expires_at: earlier(row.expires_at) };
  await database.transaction().execute(async transaction => {
    await transaction.deleteFrom('key_request').where('id', '=', id).execute();
    await repository.insert({ ...row, ...times }, transaction);
  });
}
