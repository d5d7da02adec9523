import { text } from 'node:stream/consumers';
import { Agent } from 'undici';
import type { ClientKey } from '../../src/oauth/client-keys/client-key.ts';
import { signClientAssertion } from '../../src/oauth/client-keys/client-assertion.ts';

export type Form = Record<string, string>;

export type ClientAnswer = {
  readonly status: number;
  readonly nonce: string | undefined;
  readonly keyId: string | undefined;
  readonly body: string;
};

/** A confidential client of one issuer, with or without a broker. */
export type Client = {
  readonly name: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** The URL of the proof. */
  readonly endpoints: Endpoints;
  post: (endpoint: keyof Endpoints, form: Form, dpop: string) => Promise<ClientAnswer>;
};

export type Endpoints = { readonly par: URL; readonly token: URL };

const agent = new Agent({ connections: 64 });

/** A native app that uses a broker, which knows its refresh tokens or gets their key id. */
export function throughBroker(
  broker: string,
  { issuer, keyId, ...app }: Omit<Client, 'post'> & { issuer: string; keyId?: string },
): Client {
  const own = { client_id: app.clientId, issuer, ...(keyId !== undefined && { key_id: keyId }) };
  return {
    ...app,
    post: (endpoint, form, dpop) => post(new URL(`/native/${endpoint}`, broker), { ...form, ...own }, dpop),
  };
}

/** The same without a broker. It signs its assertions itself. */
export function direct(
  key: ClientKey,
  { issuer, ...app }: Omit<Client, 'post'> & { issuer: string },
): Client {
  const { clientId } = app;
  return {
    ...app,
    post: async (endpoint, form, dpop) => {
      const assertion = await signClientAssertion(key, { clientId, issuer, now: new Date() });
      return post(app.endpoints[endpoint], { ...form, ...assertion }, dpop);
    },
  };
}

async function post(url: URL, form: Form, dpop: string): Promise<ClientAnswer> {
  const { statusCode, headers, body } = await agent.request({
    origin: url.origin,
    path: url.pathname,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', dpop },
    body: new URLSearchParams(form).toString(),
  });
  return {
    status: statusCode,
    nonce: headers['dpop-nonce']?.toString(),
    keyId: headers['latchkey-key-id']?.toString(),
    body: await text(body),
  };
}
