import type { KeyRequestRow } from '../../src/api-keys/key-request.ts';
import type { TestBroker } from '../broker/test-broker.ts';

export function keyRequestOf({ database }: TestBroker, id: string): Promise<KeyRequestRow> {
  return database.selectFrom('key_request').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

export async function sessionStatusOf({ database }: TestBroker, id: string): Promise<string | undefined> {
  const query = database.selectFrom('oauth_session').select('status').where('id', '=', id);
  return (await query.executeTakeFirst())?.status;
}
