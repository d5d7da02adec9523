import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Did } from '../../src/database/tables/did.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import type { Network } from '../network/network.ts';
import type { Account } from '../network/network-control.ts';
import { authorizeAtPds } from '../network/pds-pages.ts';
import { unexpected, UserAgent } from '../network/user-agent.ts';

export type Params = Record<string, string>;

/** A broker's addresses and token for an app and an operator. */
export type BrokerAddress = Pick<TestBroker, 'url' | 'publicUrl' | 'secrets'> & {
  readonly network: Pick<Network, 'pds'>;
};

/** The DPoP key of one session of an app. */
export type AppKeyPair = { readonly privateKey: CryptoKey; readonly jwk: JWK; readonly jkt: string };

export type AppSession = {
  readonly did: Did;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly keyId: string;
  readonly key: AppKeyPair;
};

export type OAuthAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
};

/** Deviations of a proof. */
export type ProofClaims = {
  readonly nonce?: string | undefined;
  readonly iat?: number;
  readonly jti?: string;
  readonly htm?: string;
  readonly htu?: string;
  readonly ath?: string;
  readonly typ?: string;
};

/** Deviations of a refresh. */
export type RefreshChange = {
  /** The broker of the deployment, by index. */
  readonly at?: { readonly url: string } | undefined;
  readonly clientId?: string;
  readonly issuer?: string;
  readonly keyId?: string | undefined;
  readonly key?: AppKeyPair;
  readonly proof?: ProofClaims;
  /** A complete proof, made before. */
  readonly dpop?: string;
  readonly json?: boolean;
  /** Aborts the request, like an app that is closed. */
  readonly signal?: AbortSignal;
};

export type OperatorAnswer<Body> = { status: number; body: Body };

/** Calls a broker as its operator. */
export async function operate<Body = unknown>(
  { url, secrets }: Pick<TestBroker, 'url' | 'secrets'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<OperatorAnswer<Body>> {
  const answer = await exchange(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${secrets.adminToken}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}

export async function makeKey(): Promise<AppKeyPair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, jkt: await calculateJwkThumbprint(jwk) };
}

/** Signs a proof for an endpoint (RFC 9449), with the given deviations. */
export function makeProof(
  { privateKey, jwk }: AppKeyPair,
  url: string,
  { typ = 'dpop+jwt', iat = Math.floor(Date.now() / 1000), ...claims }: ProofClaims = {},
): Promise<string> {
  return new SignJWT({ jti: randomUUID(), htm: 'POST', htu: url, ...claims })
    .setIssuedAt(iat)
    .setProtectedHeader({ alg: 'ES256', typ, jwk })
    .sign(privateKey);
}

/** A native app at a broker, without a library, so that a test controls every request. */
export class TestApp {
  /** The newest nonce of the issuer. */
  nonce: string | undefined;

  private constructor(
    readonly broker: BrokerAddress,
    readonly name: string,
    readonly clientId: string,
    readonly redirectUri: string,
  ) {}

  /** Registers an app whose client metadata the broker hosts. */
  static async register(broker: BrokerAddress, more: object = {}): Promise<TestApp> {
    const name = `app-${randomBytes(4).toString('hex')}`;
    const redirectUri = `${broker.publicUrl}/${name}/callback`;
    const metadata = { clientName: 'Test app', redirectUris: [redirectUri] };
    const { status, body } = await operate<{ clientId: string }>(broker, 'POST', '/api/native-apps', {
      name,
      metadata,
      ...more,
    });
    if (status !== 201) throw new Error(`the app was not registered: ${JSON.stringify(body)}`);
    return new TestApp(broker, name, body.clientId, redirectUri);
  }

  get issuer(): string {
    return this.broker.network.pds;
  }

  get tokenEndpoint(): string {
    return `${this.issuer}/oauth/token`;
  }

  /** Logs in through the pages of the PDS. */
  async login(account: Account, at = this.broker.url): Promise<AppSession> {
    const key = await makeKey();
    const verifier = randomBytes(32).toString('base64url');
    const state = randomUUID();
    const pushed = await this.withNonce(`${this.issuer}/oauth/par`, key, dpop =>
      this.send('par', this.authorizationRequest(account.did, verifier, state), { dpop, at: { url: at } }),
    );
    const requestUri = String(requireOk(pushed, 201).body.request_uri);
    const authorizeUrl = new URL('/oauth/authorize', this.issuer);
    authorizeUrl.search = new URLSearchParams({
      client_id: this.clientId,
      request_uri: requestUri,
    }).toString();
    const callback = await authorizeAtPds(new UserAgent(), authorizeUrl, account);
    const code = callback.searchParams.get('code') ?? '';
    const redeemed = await this.withNonce(this.tokenEndpoint, key, dpop =>
      this.send('token', this.codeRequest(code, verifier), { dpop, at: { url: at } }),
    );
    return toSession(requireOk(redeemed, 200), key);
  }

  authorizationRequest(loginHint: string, verifier: string, state: string): Params {
    return {
      client_id: this.clientId,
      issuer: this.issuer,
      response_type: 'code',
      redirect_uri: this.redirectUri,
      scope: 'atproto transition:generic',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      login_hint: loginHint,
    };
  }

  codeRequest(code: string, verifier: string): Params {
    return {
      client_id: this.clientId,
      issuer: this.issuer,
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectUri,
      code_verifier: verifier,
    };
  }

  /** Sends one refresh request, by default with the issuer's newest nonce. */
  async refreshOnce(session: AppSession, change: RefreshChange = {}): Promise<OAuthAnswer> {
    const { key = session.key, proof = {}, clientId = this.clientId, issuer = this.issuer } = change;
    const keyId = 'keyId' in change ? change.keyId : session.keyId;
    const dpop = change.dpop ?? (await makeProof(key, this.tokenEndpoint, { nonce: this.nonce, ...proof }));
    const params = {
      client_id: clientId,
      issuer,
      grant_type: 'refresh_token',
      refresh_token: session.refreshToken,
      ...(keyId !== undefined && { key_id: keyId }),
    };
    const { at = this.broker, json = false, signal } = change;
    const answer = await this.send('token', params, { dpop, at, json, ...(signal && { signal }) });
    // The broker's own nonce is valid for this token only.
    if (answer.status === 200) this.nonce = answer.headers.get('dpop-nonce') ?? this.nonce;
    return answer;
  }

  /** Refreshes like a good library: repeats once with a required nonce. */
  async refresh(session: AppSession, change: RefreshChange = {}): Promise<OAuthAnswer> {
    const first = await this.refreshOnce(session, change);
    if (first.body.error !== 'use_dpop_nonce') return first;
    const nonce = first.headers.get('dpop-nonce') ?? undefined;
    return this.refreshOnce(session, { ...change, proof: { ...change.proof, nonce } });
  }

  /** Refreshes, and fails if that is refused. */
  async renew(session: AppSession, change: RefreshChange = {}): Promise<AppSession> {
    return toSession(requireOk(await this.refresh(session, change), 200), session.key);
  }

  async revoke(session: AppSession): Promise<OAuthAnswer> {
    return this.withNonce(`${this.issuer}/oauth/revoke`, session.key, dpop =>
      this.send(
        'revoke',
        { client_id: this.clientId, issuer: this.issuer, token: session.refreshToken },
        { dpop },
      ),
    );
  }

  /** Returns whether the PDS accepts the session's access token. */
  async isAlive({ accessToken, key, did }: AppSession): Promise<boolean> {
    const url = `${this.issuer}/xrpc/com.atproto.server.getSession`;
    const ath = createHash('sha256').update(accessToken).digest('base64url');
    const ask = async (nonce: string | undefined): Promise<Response> =>
      exchange(new URL(url), {
        headers: {
          authorization: `DPoP ${accessToken}`,
          dpop: await makeProof(key, url, { htm: 'GET', ath, nonce }),
        },
      });
    const first = await ask(undefined);
    const answer = await ask(first.headers.get('dpop-nonce') ?? undefined);
    if (answer.status === 200) return ((await answer.json()) as { did: Did }).did === did;
    if (answer.status === 401) return false;
    throw await unexpected(answer, url);
  }

  /** Sends a request unchanged, and reads the response. */
  async send(
    endpoint: 'par' | 'token' | 'revoke',
    params: Params,
    { dpop, at = this.broker, json = false, headers = {}, signal }: SendOptions = {},
  ): Promise<OAuthAnswer> {
    const type = json ? 'application/json' : 'application/x-www-form-urlencoded';
    const body = json ? JSON.stringify(params) : new URLSearchParams(params).toString();
    const answer = await exchange(new URL(`/native/${endpoint}`, at.url), {
      method: 'POST',
      headers: { 'content-type': type, ...(dpop !== undefined && { dpop }), ...headers },
      body,
      ...(signal && { signal }),
    });
    return readAnswer(answer);
  }

  private async withNonce(
    url: string,
    key: AppKeyPair,
    ask: (dpop: string) => Promise<OAuthAnswer>,
  ): Promise<OAuthAnswer> {
    const first = await ask(await makeProof(key, url, { nonce: this.nonce }));
    this.nonce = first.headers.get('dpop-nonce') ?? this.nonce;
    if (first.body.error !== 'use_dpop_nonce') return first;
    return ask(await makeProof(key, url, { nonce: this.nonce }));
  }
}

export type SendOptions = {
  readonly dpop?: string;
  readonly at?: { readonly url: string };
  readonly json?: boolean;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
};

export async function readAnswer(answer: Response): Promise<OAuthAnswer> {
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: (text === '' ? {} : JSON.parse(text)) as OAuthAnswer['body'],
  };
}

function requireOk(answer: OAuthAnswer, status: number): OAuthAnswer {
  if (answer.status === status) return answer;
  throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

export function toSession({ headers, body }: OAuthAnswer, key: AppKeyPair): AppSession {
  return {
    did: String(body.sub) as Did,
    accessToken: String(body.access_token),
    refreshToken: String(body.refresh_token),
    keyId: headers.get('latchkey-key-id') ?? '',
    key,
  };
}
