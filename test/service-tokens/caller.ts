import type { ServerResponse } from 'node:http';
import type { Grant } from '../../src/oauth/authorization/grant.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import type { Received, StubPds } from '../xrpc/stub-pds.ts';
import { asId } from '../ids.ts';

export type TokenAnswer = {
  readonly status: number;
  readonly token?: string;
  readonly expiresAt?: string;
  readonly cached?: boolean;
  readonly deleted?: number;
  readonly error?: string;
  readonly message?: string;
  readonly scope?: string;
};

/** A browser with a session at a PDS, which requests service tokens. */
export type TokenCaller = {
  readonly sessionId: SessionId;
  readonly headers: Readonly<Record<string, string>>;
  ask(body: unknown): Promise<TokenAnswer>;
  /** @param line a method and a path */
  call(line: string): Promise<TokenAnswer>;
};

/** Creates a browser session whose session is at `pds`. */
export async function newCaller(
  broker: TestBroker,
  pds: string,
  grant: Partial<Grant> = {},
): Promise<TokenCaller> {
  const session = await storeSession(broker, pds, grant);
  const cookie = await storeCookie(broker, session);
  return {
    sessionId: session.id,
    ...callerWith(broker, { cookie: `latchkey=${cookie}`, 'x-latchkey-csrf': '1' }),
  };
}

/** A caller with fixed headers. */
export function callerWith(
  { url }: Pick<TestBroker, 'url'>,
  headers: Record<string, string>,
): Omit<TokenCaller, 'sessionId'> {
  const send = async (line: string, body?: string): Promise<TokenAnswer> => {
    const [method = '', path = ''] = line.split(' ');
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const options = { method, headers: { ...headers, ...type }, ...(body !== undefined && { body }) };
    const answer = await exchange(new URL(path, url), options);
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  return {
    headers,
    ask: body => send('POST /api/service-tokens', JSON.stringify(body)),
    call: line => send(line),
  };
}

/** Responds to a mint like a PDS, with a new token for the requested claims. */
export function mintAsAsked(
  response: ServerResponse,
  { request }: Pick<Received, 'request'>,
  now = Date.now(),
): void {
  const asked = askedOf({ request });
  const exp = Number(asked.exp ?? Math.floor(now / 1000) + 60);
  response.end(JSON.stringify({ token: unsignedJwt({ ...asked, exp, jti: crypto.randomUUID() }) }));
}

/** Returns the query of a mint, as the PDS received it. */
export function askedOf({ request }: Pick<Received, 'request'>): Record<string, string> {
  return Object.fromEntries(new URL(request.url ?? '', 'http://pds').searchParams);
}

/** Returns how many tokens a PDS was asked to mint. */
export function countMints({ received }: StubPds): number {
  return received.filter(({ request }) => request.url?.startsWith('/xrpc/com.atproto.server.getServiceAuth'))
    .length;
}

export function unsignedJwt(claims: object): string {
  const parts = [JSON.stringify({ alg: 'ES256K' }), JSON.stringify(claims), 'signature'];
  return parts.map(part => Buffer.from(part).toString('base64url')).join('.');
}

/** Changes the granted scope of a session, as a refresh at this broker may. */
export async function regrant({ app, database }: TestBroker, id: string, scope: string): Promise<void> {
  const row = await database
    .selectFrom('oauth_session')
    .selectAll()
    .where('id', '=', asId(id))
    .executeTakeFirstOrThrow();
  const box = app.get(SessionSecretsBox, { strict: false });
  const next = { ...row, scope, generation: row.generation + 1 };
  const sealed = box.seal(box.open(row.sealed ?? '', row), next);
  await database
    .updateTable('oauth_session')
    .set({ scope, generation: next.generation, sealed })
    .where('id', '=', asId(id))
    .execute();
  app.get(SessionCache, { strict: false }).forget(asId(id));
}
