import type { SessionStatus } from '../../src/database/tables/oauth-session.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { NO_CALLER } from '../../src/introspection/caller-headers.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

type Headers = Record<string, string>;

export type ForwardAuthAnswer = {
  readonly status: number;
  readonly error: string | null;
  /** Every header that names a caller; `null` for one that is not there. */
  readonly caller: Readonly<Record<string, string | null>>;
  readonly headers: Response['headers'];
};

/** Asks forward-auth about a request with these headers. `null` leaves out the method header. */
export async function askForwardAuth(
  { url }: Pick<TestBroker, 'url'>,
  headers: Headers,
  method: string | null = 'GET',
): Promise<ForwardAuthAnswer> {
  const answer = await exchange(new URL('/api/forward-auth', url), {
    headers: { ...(method !== null && { 'x-forwarded-method': method }), ...headers },
  });
  const caller = Object.keys(NO_CALLER).map(name => [name, answer.headers.get(name)]);
  return {
    status: answer.status,
    error: answer.headers.get('latchkey-error'),
    caller: Object.fromEntries(caller) as ForwardAuthAnswer['caller'],
    headers: answer.headers,
  };
}

/** Introspects a token, authenticated with another one. */
export async function introspect(
  { url }: Pick<TestBroker, 'url'>,
  token: string,
  asker: string,
): Promise<Record<string, unknown>> {
  const answer = await exchange(new URL('/api/introspect', url), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...bearer(asker) },
    body: new URLSearchParams({ token }).toString(),
  });
  return (await answer.json()) as Record<string, unknown>;
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** Updates a session as its refresher would. */
export async function leaveSession(
  { app, database }: TestBroker,
  id: SessionId,
  status: SessionStatus,
): Promise<void> {
  await database.updateTable('oauth_session').set({ status }).where('id', '=', id).execute();
  app.get(SessionCache).forget(id);
}
