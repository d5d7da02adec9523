import type { ClientKeyView } from '../../src/oauth/client-keys/client-key-view.ts';
import type { KeyStepResult } from '../../src/oauth/client-keys/client-key-rotation.service.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

export type OperatorAnswer<Body> = { status: number; body: Body };

export type Refused = { error: string; message: string };

/** Sends a request with the admin token. */
export async function ask<Body>(
  { url, secrets }: TestBroker,
  method: 'GET' | 'POST',
  path: string,
): Promise<OperatorAnswer<Body>> {
  const headers = { authorization: `Bearer ${secrets.adminToken}` };
  const answer = await exchange(new URL(path, url), { method, headers });
  return { status: answer.status, body: (await answer.json()) as Body };
}

export async function listKeys(broker: TestBroker): Promise<ClientKeyView[]> {
  const { body } = await ask<{ clientKeys: ClientKeyView[] }>(broker, 'GET', '/api/client-keys');
  return body.clientKeys;
}

/** Runs a step that must succeed, at `/api/client-keys` plus `path`. */
export async function step(broker: TestBroker, path = ''): Promise<KeyStepResult> {
  const { status, body } = await ask<KeyStepResult>(broker, 'POST', `/api/client-keys${path}`);
  if (status !== 200) throw new Error(`the step was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

export function refuse(broker: TestBroker, path: string): Promise<OperatorAnswer<Refused>> {
  return ask<Refused>(broker, 'POST', `/api/client-keys${path}`);
}

/** Publishes a key and makes it some minutes old. */
export async function publishAged(broker: TestBroker, minutes: number): Promise<string> {
  const { key } = await step(broker);
  if (!key) throw new Error('no key was published');
  await broker.database
    .updateTable('client_key')
    .set({ published_at: broker.database.now(-minutes * 60) })
    .where('kid', '=', key.kid)
    .execute();
  return key.kid;
}

/** Returns the kids of the public JWKS. */
export async function jwksOf({ url }: TestBroker): Promise<string[]> {
  const answer = await exchange(new URL('/.well-known/jwks.json', url));
  const { keys } = (await answer.json()) as { keys: { kid: string; d?: string }[] };
  if (keys.some(({ d }) => d !== undefined)) throw new Error('the JWKS shows a private key');
  return keys.map(({ kid }) => kid);
}
