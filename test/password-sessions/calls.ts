import { exchange } from '../network/http-exchange.ts';
import type { TestBroker } from '../broker/test-broker.ts';

export type Pair = { accessJwt: string; refreshJwt: string; did: string; handle: string; active: boolean };

export type SessionAnswer = { status: number; headers: Headers; body: Record<string, unknown> };

type Method = 'createSession' | 'refreshSession' | 'deleteSession' | 'getSession';

/** Calls a method of a password session, as a program does. */
export async function callSession(
  { url }: Pick<TestBroker, 'url'>,
  method: Method,
  { token, body, headers = {} }: { token?: string; body?: object; headers?: Record<string, string> } = {},
): Promise<SessionAnswer> {
  const answer = await exchange(new URL(`/xrpc/com.atproto.server.${method}`, url), {
    method: method === 'getSession' ? 'GET' : 'POST',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

/** Signs in with a key. */
export async function openSession(
  broker: Pick<TestBroker, 'url'>,
  { did, secret }: { did: string; secret: string },
): Promise<Pair> {
  const { status, body } = await callSession(broker, 'createSession', {
    body: { identifier: did, password: secret },
  });
  if (status !== 200) throw new Error(`createSession: ${status} ${JSON.stringify(body)}`);
  return body as Pair;
}
