import type { AuditSource } from '../../src/audit/audit-event.ts';
import { ApiKeyRepository } from '../../src/api-keys/keys/api-key.repository.ts';
import { ApiKeys, type IssuedApiKey, type NewApiKey } from '../../src/api-keys/keys/api-keys.service.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { exchange, type Exchange } from '../network/http-exchange.ts';
import { type KeyAskInput, obtainKey } from '../network/key-asker.ts';
import { accountOf, type TestBroker } from './test-broker.ts';
import { asId } from '../ids.ts';

/** An issued key and its session. */
export type TestKey = IssuedApiKey & { readonly sessionId: SessionId };

/** The actor of changes to keys in the tests. */
export const byTest: AuditSource = { actor: { kind: 'broker' } };

/** Issues a key that holds `session`. */
export async function issueKey(
  { app, database }: TestBroker,
  { id: sessionId, did, scope }: Pick<Session, 'id' | 'did' | 'scope'>,
  life: Partial<Pick<NewApiKey, 'name' | 'expiresAt'>> = {},
): Promise<TestKey> {
  const key = { did, sessionId, scope, name: 'a bot', expiresAt: null, ...life };
  const issued = await database
    .transaction()
    .execute(transaction => app.get(ApiKeys).issue(key, byTest, transaction));
  return { ...issued, sessionId };
}

/** Gets a key like a bot: requests it, lets its owner authorize it at the PDS, and claims it. */
export async function grantKey(
  broker: TestBroker,
  handle = 'alice.test',
  input: Partial<KeyAskInput> = {},
): Promise<TestKey> {
  const { expiresAt, needsOwnerBy, ...claimed } = await obtainKey(
    broker.browser(),
    accountOf(broker, handle),
    {
      ...input,
      identifier: handle,
    },
  );
  const listed = await broker.app.get(ApiKeyRepository).find(asId(claimed.id));
  if (!listed) throw new Error('the key that was claimed is not stored');
  const { id, sessionId } = listed.key;
  return {
    ...claimed,
    id,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    needsOwnerBy: new Date(needsOwnerBy),
    sessionId,
  };
}

/** Sends a request with only a key. `line` is a method and a path. */
export function callWith(
  { url }: Pick<TestBroker, 'url'>,
  { secret }: Pick<TestKey, 'secret'>,
  line: string,
  { headers, ...options }: Exchange = {},
): Promise<Response> {
  const [method = '', path = ''] = line.split(' ');
  return exchange(new URL(path, url), {
    method,
    ...options,
    headers: { authorization: `Bearer ${secret}`, ...headers },
  });
}
