import { newId, TempTokenId } from '../../src/database/tables/id.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import { digestOf } from '../../src/crypto/secret.ts';
import { newTempToken, type TempTokenRow } from '../../src/temp-tokens/temp-token.ts';
import { TempTokenRepository } from '../../src/temp-tokens/temp-token.repository.ts';
import type { TestBroker } from '../broker/test-broker.ts';

const HOUR_MS = 60 * 60_000;

/** Stores a temp token with any scope and life, and returns it. */
export async function storeTempToken(
  { app, database }: TestBroker,
  row: Partial<TempTokenRow> = {},
): Promise<string> {
  const token = newTempToken();
  const now = Date.now();
  const stored = {
    id: newId(TempTokenId),
    digest: digestOf(token),
    scope: 'read-thing',
    resource_id: 'thing-1',
    created_at: toTimestamp(new Date(now - HOUR_MS)),
    expires_at: toTimestamp(new Date(now + HOUR_MS)),
    consumed_at: null,
    ...row,
  };
  await app.get(TempTokenRepository, { strict: false }).insert(stored, database);
  return token;
}
