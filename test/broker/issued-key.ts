import type { AuditSource } from '../../src/audit/audit-event.ts';
import { ApiKeys, type IssuedApiKey, type NewApiKey } from '../../src/api-keys/api-keys.service.ts';
import { SessionRepository } from '../../src/sessions/session.repository.ts';
import type { Session } from '../../src/sessions/session.ts';
import { exchange, type Exchange } from '../network/http-exchange.ts';
import { signIn } from '../refresher/test-session.ts';
import type { TestBroker } from './test-broker.ts';

/** A key that was issued, and the session that it acts through. */
export type TestKey = IssuedApiKey & { readonly sessionId: string };

/** Who does what is done here to keys. */
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

/** Signs an account in at its PDS, and makes the grant that of a key; the browser has nothing of it any more. */
export async function grantKey(
  broker: TestBroker,
  handle?: string,
  life?: Partial<Pick<NewApiKey, 'name' | 'expiresAt'>>,
): Promise<TestKey> {
  const { id } = await signIn(broker, handle);
  const sessions = broker.app.get(SessionRepository);
  const signedIn = await sessions.find(id);
  if (!signedIn?.secrets) throw new Error('the session has no secrets');
  await broker.database.deleteFrom('ui_session').where('session_id', '=', id).execute();
  await broker.database
    .updateTable('oauth_session')
    .set({ status: 'revoked', sealed: null })
    .where('id', '=', id)
    .execute();
  const grant = { ...signedIn, ...signedIn.secrets };
  const session = await sessions.insert(grant, { handle: signedIn.handle, purpose: 'api_key' });
  return issueKey(broker, session, life);
}

/** A request with nothing but a key; `line` is a method and a path. */
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
