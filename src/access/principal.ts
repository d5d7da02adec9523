import type {
  ApiKeyId,
  OperatorSessionId,
  SessionId,
  TempTokenId,
  UiSessionId,
} from '../database/tables/id.ts';
import type { Did } from '../database/tables/did.ts';
/** The identified caller of a request. */
export type Principal =
  | AnonymousPrincipal
  | BrowserPrincipal
  | SuspendedBrowserPrincipal
  | ApiKeyPrincipal
  | TempTokenPrincipal
  | IntrospectorPrincipal
  | OperatorPrincipal
  | OperatorBrowserPrincipal;

export type AnonymousPrincipal = { readonly kind: 'anonymous' };

/** A browser that is signed in: acts for the account of its session. */
export type BrowserPrincipal = {
  readonly kind: 'browser';
  readonly did: Did;
  readonly sessionId: SessionId;
  readonly uiSessionId: UiSessionId;
  readonly expiresAt: Date;
};

/** A browser whose session waits for an answer that was lost. It may sign in again or sign out, and nothing else. */
export type SuspendedBrowserPrincipal = Omit<BrowserPrincipal, 'kind'> & {
  readonly kind: 'suspended-browser';
};

/** An API key: acts for its account through the key's own session, and cannot manage keys or browsers. */
export type ApiKeyPrincipal = {
  readonly kind: 'api-key';
  readonly did: Did;
  readonly sessionId: SessionId;
  readonly apiKeyId: ApiKeyId;
  readonly scope: string;
  readonly createdAt: Date;
  /** Null for a key that ends only when it is revoked. In a password session, its token's end. */
  readonly expiresAt: Date | null;
  /** The key's own end, also in a password session. */
  readonly keyExpiresAt: Date | null;
  /** The key came as a token of its password session. */
  readonly inPasswordSession?: true;
};

/** A principal that acts for an account. */
export type AccountPrincipal = BrowserPrincipal | ApiKeyPrincipal;

/** The operator: manages sessions, and never acts for an account. */
export type OperatorPrincipal = { readonly kind: 'operator' };

/** The operator's browser: opens the operator's pages for 15 minutes, and no route of the API. */
export type OperatorBrowserPrincipal = {
  readonly kind: 'operator-browser';
  readonly operatorSessionId: OperatorSessionId;
  readonly expiresAt: Date;
};

/** An AppView's back end: may only introspect tokens that were presented to it. */
type IntrospectorPrincipal = { readonly kind: 'introspector' };

/**
 * A temp token: opens the routes of its scope for its one resource, and acts for no account. A handler must
 * still compare the resource with the one that it changes.
 */
export type TempTokenPrincipal = {
  readonly kind: 'temp-token';
  readonly tempTokenId: TempTokenId;
  readonly scope: string;
  readonly resource: string;
};

export const anonymous: AnonymousPrincipal = { kind: 'anonymous' };
