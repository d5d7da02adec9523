import type {
  ApiKeyId,
  OperatorSessionId,
  SessionId,
  TempTokenId,
  UiSessionId,
} from '../database/tables/id.ts';
import type { Did } from '../database/tables/did.ts';
/** Who calls, and what that opens. */
export type Principal =
  | AnonymousPrincipal
  | BrowserPrincipal
  | ApiKeyPrincipal
  | TempTokenPrincipal
  | IntrospectorPrincipal
  | OperatorPrincipal
  | OperatorBrowserPrincipal;

export type AnonymousPrincipal = { readonly kind: 'anonymous' };

/** A person's browser: acts for the account of its own session. */
export type BrowserPrincipal = {
  readonly kind: 'browser';
  readonly did: Did;
  readonly sessionId: SessionId;
  readonly uiSessionId: UiSessionId;
  readonly expiresAt: Date;
};

/** An API key: acts for its account through the key's own session, and manages nothing. */
export type ApiKeyPrincipal = {
  readonly kind: 'api-key';
  readonly did: Did;
  readonly sessionId: SessionId;
  readonly apiKeyId: ApiKeyId;
  readonly scope: string;
  readonly createdAt: Date;
  /** Null for a key that ends only when it is revoked. */
  readonly expiresAt: Date | null;
};

/** Whoever acts for an account. */
export type AccountPrincipal = BrowserPrincipal | ApiKeyPrincipal;

/** The operator: looks after sessions, and never acts for an account. */
export type OperatorPrincipal = { readonly kind: 'operator' };

/** The operator's browser: opens the operator's pages, for a quarter of an hour, and no route of the API. */
export type OperatorBrowserPrincipal = {
  readonly kind: 'operator-browser';
  readonly operatorSessionId: OperatorSessionId;
  readonly expiresAt: Date;
};

/** An AppView's back end: asks about the tokens that it was shown, and nothing else. */
type IntrospectorPrincipal = { readonly kind: 'introspector' };

/**
 * Who holds a temp token: may call the routes of its scope for its one resource, and acts for no account. A handler
 * compares the resource with what it is about to touch all the same.
 */
export type TempTokenPrincipal = {
  readonly kind: 'temp-token';
  readonly tempTokenId: TempTokenId;
  readonly scope: string;
  readonly resource: string;
};

export const anonymous: AnonymousPrincipal = { kind: 'anonymous' };
