/** Who calls, and what that opens. */
export type Principal = AnonymousPrincipal | BrowserPrincipal | OperatorPrincipal;

export type AnonymousPrincipal = { readonly kind: 'anonymous' };

/** A person's browser: acts for the account of its own session. */
export type BrowserPrincipal = {
  readonly kind: 'browser';
  readonly did: string;
  readonly sessionId: string;
  readonly uiSessionId: string;
  readonly expiresAt: Date;
};

/** The operator: looks after sessions, and never acts for an account. */
export type OperatorPrincipal = { readonly kind: 'operator' };

export const anonymous: AnonymousPrincipal = { kind: 'anonymous' };
