import { exportJWK, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { type KeyIds, throughLatchkey } from './through-latchkey.ts';

/** The registration of a native app. */
export type App = { readonly clientId: string; readonly redirectUri: string; readonly scope: string };

/** A login that waits for its callback. */
export type PendingLogin = { readonly url: URL; readonly verifier: string; readonly state: string };

type Options = { readonly [oauth.customFetch]: (url: string, request: object) => Promise<Response> };

/** A generic OAuth library, at an app that is registered with Latchkey: a public client that goes through it. */
export class GenericClient {
  private readonly client: oauth.Client;
  private readonly auth = oauth.None();
  private readonly dpop: oauth.DPoPHandle;

  private constructor(
    private readonly app: App,
    private readonly server: oauth.AuthorizationServer,
    private readonly keys: CryptoKeyPair,
    private readonly options: Options,
  ) {
    this.client = { client_id: app.clientId };
    this.dpop = oauth.DPoP(this.client, keys);
  }

  /**
   * @param keys of one session; an app keeps them with its tokens
   * @param more options of the library
   */
  static async create(
    latchkey: string,
    keyIds: KeyIds,
    { app, issuer, keys, more = {} }: { app: App; issuer: string; keys: CryptoKeyPair; more?: object },
  ): Promise<GenericClient> {
    const send = throughLatchkey(latchkey, keyIds);
    const options: Options = { ...more, [oauth.customFetch]: (url, request) => send(url, request) };
    const url = new URL(issuer);
    const found = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...options });
    const server = await oauth.processDiscoveryResponse(url, found);
    return new GenericClient(app, server, keys, options);
  }

  async begin(account: string): Promise<PendingLogin> {
    const { clientId, redirectUri, scope } = this.app;
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const parameters = {
      client_id: clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      login_hint: account,
    };
    const pushed = await this.withNonce(async () => {
      const { server, client, auth } = this;
      const answer = await oauth.pushedAuthorizationRequest(server, client, auth, parameters, this.proving);
      return oauth.processPushedAuthorizationResponse(server, client, answer);
    });
    const url = new URL(this.server.authorization_endpoint ?? '');
    url.search = new URLSearchParams({ client_id: clientId, request_uri: pushed.request_uri }).toString();
    return { url, verifier, state };
  }

  async finish(callback: URL, { verifier, state }: PendingLogin): Promise<oauth.TokenEndpointResponse> {
    const { server, client, auth } = this;
    const parameters = oauth.validateAuthResponse(server, client, callback, state);
    return this.withNonce(async () => {
      const { redirectUri } = this.app;
      const answer = await oauth.authorizationCodeGrantRequest(
        ...([server, client, auth, parameters, redirectUri, verifier, this.proving] as const),
      );
      return oauth.processAuthorizationCodeResponse(server, client, answer);
    });
  }

  /** May be called again with the same token when it fails: for ten minutes the answer is the same. */
  refresh(refreshToken: string): Promise<oauth.TokenEndpointResponse> {
    const { server, client, auth } = this;
    return this.withNonce(async () => {
      const answer = await oauth.refreshTokenGrantRequest(server, client, auth, refreshToken, this.proving);
      return oauth.processRefreshTokenResponse(server, client, answer);
    });
  }

  /** A PDS wants a proof with this as well, which the library does not make. */
  async revoke(refreshToken: string): Promise<void> {
    const { server, client, auth, options } = this;
    let nonce: string | undefined;
    for (let tries = 0; tries < 2; tries++) {
      const headers = { dpop: await this.prove(server.revocation_endpoint ?? '', nonce) };
      const answer = await oauth.revocationRequest(server, client, auth, refreshToken, {
        ...options,
        headers,
      });
      nonce = answer.headers.get('dpop-nonce') ?? undefined;
      if (answer.status === 400 && tries === 0) continue;
      await oauth.processRevocationResponse(answer);
      return;
    }
  }

  private async prove(url: string, nonce: string | undefined): Promise<string> {
    const jwk = await exportJWK(this.keys.publicKey);
    return new SignJWT({ jti: crypto.randomUUID(), htm: 'POST', htu: url, nonce })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(this.keys.privateKey);
  }

  /** Calls the account's PDS. */
  call(accessToken: string, url: URL): Promise<Response> {
    return this.withNonce(() =>
      oauth.protectedResourceRequest(accessToken, 'GET', url, undefined, undefined, this.proving),
    );
  }

  private get proving() {
    return { DPoP: this.dpop, ...this.options };
  }

  /** A nonce is told with a refusal, once. */
  private async withNonce<Result>(ask: () => Promise<Result>): Promise<Result> {
    try {
      return await ask();
    } catch (error) {
      if (oauth.isDPoPNonceError(error)) return ask();
      throw error;
    }
  }
}
