import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createDpopSigner, signDpopProof } from '../../src/oauth/dpop/dpop-proof.ts';
import type { Account } from '../../test/network/network-control.ts';
import { authorizeAtPds } from '../../test/network/pds-pages.ts';
import { UserAgent } from '../../test/network/user-agent.ts';
import type { Client, ClientAnswer, Endpoints, Form } from './client.ts';

/** A session of an app: its newest refresh token, its DPoP key and the issuer's newest nonce. */
export class AppSession {
  refreshToken: string;
  readonly #client: Client;
  readonly #signer = createDpopSigner(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  );
  #nonce: string | undefined;

  /** @param refreshToken of an issuer that binds a session to its first user */
  constructor(client: Client, refreshToken = '') {
    this.#client = client;
    this.refreshToken = refreshToken;
  }

  /** A whole login, through the pages of the PDS. */
  static async login(client: Client, account: Account): Promise<AppSession> {
    const session = new AppSession(client);
    const verifier = randomBytes(32).toString('base64url');
    const pushed = await session.#ask('par', {
      response_type: 'code',
      redirect_uri: client.redirectUri,
      scope: 'atproto transition:generic',
      state: 'state',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      login_hint: account.did,
    });
    const { request_uri: requestUri } = JSON.parse(pushed.body) as { request_uri: string };
    const url = new URL('/oauth/authorize', client.endpoints.token);
    url.search = new URLSearchParams({ client_id: client.clientId, request_uri: requestUri }).toString();
    const callback = await authorizeAtPds(new UserAgent(), url, account);
    const code = callback.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: client.redirectUri };
    session.#take(await session.#ask('token', { ...form, code_verifier: verifier }));
    return session;
  }

  /** Refreshes, with another proof if the nonce is too old. */
  async refresh(): Promise<void> {
    this.#take(await this.#ask('token', this.#refreshForm(this.refreshToken)));
  }

  /** Repeats the refresh with a used token. */
  async repeat(spentToken: string): Promise<void> {
    await this.#ask('token', this.#refreshForm(spentToken));
  }

  #refreshForm(token: string): Form {
    return { grant_type: 'refresh_token', refresh_token: token };
  }

  async #ask(endpoint: keyof Endpoints, form: Form): Promise<ClientAnswer> {
    for (let tries = 0; ; tries++) {
      const url = this.#client.endpoints[endpoint];
      const proof = { method: 'POST', url, nonce: this.#nonce, now: new Date() };
      const answer = await this.#client.post(endpoint, form, signDpopProof(this.#signer, proof));
      this.#nonce = answer.nonce ?? this.#nonce;
      if (answer.status < 300) return answer;
      if (tries === 2 || !answer.body.includes('use_dpop_nonce'))
        throw new Error(`${this.#client.name} was answered ${answer.status}: ${answer.body}`);
    }
  }

  #take({ body }: ClientAnswer): void {
    this.refreshToken = (JSON.parse(body) as { refresh_token: string }).refresh_token;
  }
}
