import { SetMetadata } from '@nestjs/common';

/**
 * A kind of caller that a route admits: anyone, a browser with a session's cookie, also while its session is suspended,
 * an API key, a temp token whose scope includes the route, an AppView's back end that introspects tokens, the operator,
 * or the operator's browser. A route for the operator's browser reads only the operator's cookie.
 */
export type Caller =
  | 'anyone'
  | 'browser'
  | 'suspended-browser'
  | 'api-key'
  | 'temp-token'
  | 'introspector'
  | 'operator'
  | 'operator-browser';

/** Which requests with a cookie must prove that they come from the broker's own pages: changes, or all. */
type BrowserRuleScope = 'changes' | 'all';

export type Admission = {
  readonly callers: readonly Caller[];
  readonly browserRule: BrowserRuleScope;
  /** A trusted reverse proxy asks here about another request, whose method and origin count. */
  readonly forwarded?: true;
  /** A page of the broker's own: no other site may send its forms, not even a listed one. */
  readonly ownPages?: true;
};

export const ADMISSION = 'latchkey:admission';

/** Declares who may call a route. The process does not start with a route that lacks this. */
export function Allow(...callers: Caller[]): MethodDecorator {
  return SetMetadata(ADMISSION, { callers, browserRule: 'changes' } satisfies Admission);
}

/** As {@link Allow}, for routes where with a cookie even reading must come from the broker's own pages. */
export function AllowSameOriginOnly(...callers: Caller[]): MethodDecorator {
  return SetMetadata(ADMISSION, { callers, browserRule: 'all' } satisfies Admission);
}

/** As {@link Allow}, for trusted reverse proxies alone, which present the credential of the request they ask about. */
export function AllowForwarded(...callers: Caller[]): MethodDecorator {
  return SetMetadata(ADMISSION, { callers, browserRule: 'changes', forwarded: true } satisfies Admission);
}

/** As {@link Allow}, for pages and forms: every change must come from the broker's own pages, even without a cookie. */
export function AllowOnPages(...callers: Caller[]): MethodDecorator {
  return SetMetadata(ADMISSION, { callers, browserRule: 'changes', ownPages: true } satisfies Admission);
}
