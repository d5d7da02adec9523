import { daysBefore } from '../../../src/api-keys/usage/key-usage.ts';
import { toTimestamp } from '../../../src/database/tables/timestamp.ts';
import type { TestKey } from '../../broker/issued-key.ts';
import type { TestBroker } from '../../broker/test-broker.ts';
import { HOSTILE } from './stage.ts';

/** Stores calls of a key on most of the last 30 days, with one failure among many, and its last use by a hostile name. */
export async function storeUse({ database }: TestBroker, { id }: Pick<TestKey, 'id'>): Promise<void> {
  const now = new Date();
  const rows = Array.from({ length: 30 }, (_, age) => ({
    api_key_id: id,
    day: daysBefore(now, age),
    answered: (age * 7919) % 1_500,
    refused: age % 7 === 0 ? 120 : 0,
    failed: age === 3 ? 1 : 0,
  }));
  await database
    .insertInto('key_usage')
    .values(rows.filter((_, age) => age % 11 !== 10))
    .execute();
  const use = {
    last_used_at: toTimestamp(now),
    last_used_client: HOSTILE,
    last_used_network: '2001:db8:7::/48',
  };
  await database.updateTable('api_key').set(use).where('id', '=', id).execute();
}
