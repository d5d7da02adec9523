import { createHash, randomBytes } from 'node:crypto';
import {
  JoseKey,
  type Key,
  NodeOAuthClient,
  type NodeSavedSession,
  type NodeSavedState,
  type OAuthAuthorizationServerMetadata,
  type OAuthProtectedResourceMetadata,
  requestLocalLock,
  type RuntimeImplementation,
} from '@atproto/oauth-client-node';
import { SimpleStoreMemory } from '@atproto-labs/simple-store-memory';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { IdentityService } from '../../identity/resolution/identity.service.ts';
import type { Fetch } from '../../identity/outbound/guarded-fetch.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { clientMetadata } from './client-metadata.ts';
import { lifetimeSecondsOf, readTokenMembers, tokenOf } from './token-members.ts';

const CACHE = { ttl: 60_000, max: 1_000 };

const runtimeImplementation: RuntimeImplementation = {
  // Against a PDS the library's own choice is ES256K, which jose cannot import.
  createKey: () => JoseKey.generate(['ES256']),
  getRandomValues: length => randomBytes(length),
  digest: (bytes, { name }) => createHash(name).update(bytes).digest(),
  requestLock: requestLocalLock,
};

/** The library's two stores, for the duration of one authorization step, and its client id if it is not the usual one. */
export type LibraryStores = {
  readonly clientId?: string | undefined;
  /** The pending authorization to finish. */
  readonly state?: { state: string; secrets: NodeSavedState };
  readonly onState?: (state: string, secrets: NodeSavedState) => Promise<void>;
  readonly onSession?: (session: NodeSavedSession) => void;
};

/**
 * Creates a client of the official OAuth library for one step of one authorization.
 *
 * The library keeps one session per DID and revokes the older one. With stores of its own a step sees only the session
 * that it makes, so a second login of an account ends nothing. All steps share the caches.
 */
@Injectable()
export class OAuthLibrary {
  private readonly caches = {
    dpopNonceCache: new SimpleStoreMemory<string, string>(CACHE),
    authorizationServerMetadataCache: new SimpleStoreMemory<string, OAuthAuthorizationServerMetadata>(CACHE),
    protectedResourceMetadataCache: new SimpleStoreMemory<string, OAuthProtectedResourceMetadata | null>(
      CACHE,
    ),
  };

  constructor(
    private readonly config: Config,
    private readonly identityService: IdentityService,
    private readonly outboundHttp: OutboundHttp,
  ) {}

  /** @param grant the client of a stored grant, which may differ from this broker's client id */
  client(
    key: Key | undefined,
    stores: LibraryStores = {},
    grant?: { readonly clientId: string },
  ): NodeOAuthClient {
    const { metadata } = grant ? this.outboundHttp.sessionLookups : this.outboundHttp;
    return new NodeOAuthClient({
      clientMetadata: clientMetadata(this.config, grant?.clientId ?? stores.clientId),
      ...(key ? { keyset: [key] } : {}),
      allowHttp: this.config.outbound.allowHttp,
      identityResolver: this.identityService.identityResolver,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        return request.method === 'POST' ? this.post(request) : metadata(request);
      },
      runtimeImplementation,
      stateStore: {
        set: (state, secrets) => stores.onState?.(state, secrets),
        get: state => (stores.state?.state === state ? stores.state.secrets : undefined),
        del: () => undefined,
      },
      sessionStore: {
        set: (_did, session) => stores.onSession?.(session),
        get: () => undefined,
        del: () => undefined,
      },
      ...this.caches,
    });
  }

  /** Sends a form in the class of its content. A time limit must not abort a request with a code; it may abort all others. */
  private async post(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.clone().text());
    if (form.has('grant_type')) return withPlausibleTokens(await this.outboundHttp.code(request));
    const send: Fetch = form.has('token') ? this.outboundHttp.revocation : this.outboundHttp.push;
    return send(request);
  }
}

/**
 * Returns a token set with optional members that the library accepts, and every other response as it is. The library
 * refuses a token set for one odd member, and so would its person's every sign-in be refused.
 */
async function withPlausibleTokens(response: Response): Promise<Response> {
  if (!response.ok || response.body === null) return response;
  const text = await response.text();
  const { status, statusText, headers } = response;
  const members = readTokenMembers(text);
  if (!members) return new Response(text, { status, statusText, headers });
  const { expires_in, refresh_token, token_type } = members;
  const plausible = {
    ...members,
    expires_in: lifetimeSecondsOf(expires_in),
    refresh_token: tokenOf(refresh_token) ?? undefined,
    token_type: token_type ?? 'DPoP',
  };
  return new Response(JSON.stringify(plausible), { status, statusText, headers });
}
