import type { TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

export type OperatorAnswer = { status: number; body: Record<string, unknown> };

/** Sends a request with the admin token. `line` is a method and a path. */
export async function operate(
  { url, secrets }: Pick<TestBroker, 'url' | 'secrets'>,
  line: string,
  body?: string,
): Promise<OperatorAnswer> {
  const [method = '', path = ''] = line.split(' ');
  const headers = {
    authorization: `Bearer ${secrets.adminToken}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const answer = await exchange(new URL(path, url), { method, headers, ...(body !== undefined && { body }) });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
