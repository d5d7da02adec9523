import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from './loopback-server.ts';

/** An authorization server and PDS that keeps to the protocol in all but one thing: it names any subject it likes. */
export type ForeignIssuer = {
  url: string;
  /** The callback parameters of a person who has just authorized the one login that was begun here. */
  authorize: () => URLSearchParams;
  /** How many grants it has given. */
  given: () => number;
  /** How many of them were not revoked since. */
  live: () => number;
  stop: () => Promise<void>;
};

type Pushed = { state: string; challenge: string; code: string };
type Answer = { status: number; body: object };

/** Starts an issuer on loopback that gives out tokens for `subject`, whoever that is. */
export async function startForeignIssuer(subject: string): Promise<ForeignIssuer> {
  const server = await listenOnLoopback();
  const url = `http://localhost:${server.port}`;
  const given: string[] = [];
  const revoked = new Set<string>();
  let pushed: Pushed | undefined;
  const endpoints: Record<string, (form: URLSearchParams) => Answer> = {
    '/par': form => {
      pushed = toPushed(form);
      return { status: 201, body: { request_uri: 'urn:ietf:params:oauth:request_uri:x', expires_in: 60 } };
    },
    '/token': form => {
      if (!pushed || !isRedemptionOf(pushed, form)) return refusal('invalid_grant');
      const tokens = { access_token: newToken(), refresh_token: newToken() };
      given.push(tokens.access_token);
      const life = { token_type: 'DPoP', expires_in: 3600, scope: 'atproto transition:generic' };
      return { status: 200, body: { ...tokens, ...life, sub: subject } };
    },
    '/revoke': form => {
      revoked.add(form.get('token') ?? '');
      return { status: 200, body: {} };
    },
  };
  server.answerWith(answering(documents(url), endpoints));
  return {
    url,
    authorize: () => new URLSearchParams({ iss: url, state: pushed?.state ?? '', code: pushed?.code ?? '' }),
    given: () => given.length,
    live: () => given.filter(token => !revoked.has(token)).length,
    stop: server.stop,
  };
}

/** Authorization server metadata (RFC 8414) and protected resource metadata (RFC 9728). */
function documents(url: string): Record<string, object> {
  return {
    '/.well-known/oauth-protected-resource': { resource: url, authorization_servers: [url] },
    '/.well-known/oauth-authorization-server': {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      revocation_endpoint: `${url}/revoke`,
      pushed_authorization_request_endpoint: `${url}/par`,
      require_pushed_authorization_requests: true,
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['atproto', 'transition:generic'],
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['ES256'],
      dpop_signing_alg_values_supported: ['ES256'],
    },
  };
}

function answering(
  pages: Record<string, object>,
  endpoints: Record<string, (form: URLSearchParams) => Answer>,
): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const page = pages[pathname];
    const endpoint = endpoints[pathname];
    if (page) send(response, { status: 200, body: page });
    else if (endpoint) void answerForm(request, response, endpoint);
    else send(response, { status: 404, body: {} });
  };
}

async function answerForm(
  request: IncomingMessage,
  response: ServerResponse,
  endpoint: (form: URLSearchParams) => Answer,
): Promise<void> {
  const form = new URLSearchParams(await text(request));
  send(response, request.headers.dpop === undefined ? refusal('invalid_dpop_proof') : endpoint(form));
}

function toPushed(form: URLSearchParams): Pushed {
  return { state: form.get('state') ?? '', challenge: form.get('code_challenge') ?? '', code: newToken() };
}

function isRedemptionOf({ code, challenge }: Pushed, form: URLSearchParams): boolean {
  const verifier = form.get('code_verifier') ?? '';
  return form.get('code') === code && createHash('sha256').update(verifier).digest('base64url') === challenge;
}

function refusal(error: string): Answer {
  return { status: 400, body: { error } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}
