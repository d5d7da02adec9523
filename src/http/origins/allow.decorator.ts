import { SetMetadata } from '@nestjs/common';

/**
 * Whom a route admits: everyone, a browser with a session's cookie, an API key, a temp token whose scope has it,
 * an AppView's back end that asks about tokens, the operator, or the operator's browser. A route for the last knows the
 * operator's cookie and no other.
 */
export type Caller =
  'anyone' | 'browser' | 'api-key' | 'temp-token' | 'introspector' | 'operator' | 'operator-browser';

/** Which requests with a cookie must prove that they are the browser's own: those that change something, or all. */
type BrowserRuleScope = 'changes' | 'all';

export type Admission = {
  readonly callers: readonly Caller[];
  readonly browserRule: BrowserRuleScope;
  /** Whether a trusted reverse proxy asks here about another request: that one's method and origin count. */
  readonly forwarded?: true;
  /** Whether it is a page of ours: no other site, a listed one neither, sends its forms. */
  readonly ownPages?: true;
};

export const ADMISSION = 'latchkey:admission';

/** Declares who may call a route; a route without it is closed to all, and the process does not start with one. */
export function Allow(...callers: Caller[]): MethodDecorator {
  return SetMetadata(ADMISSION, { callers, browserRule: 'changes' } satisfies Admission);
}

/** As {@link Allow}, for routes where even reading with a cookie must come from our own pages. */
export function AllowSameOriginOnly(...callers: Caller[]): MethodDecorator {
  return SetMetadata(ADMISSION, { callers, browserRule: 'all' } satisfies Admission);
}

/** As {@link Allow}, where a trusted reverse proxy shows the credential of the request that it asks about; nobody else is heard. */
export function AllowForwarded(...callers: Caller[]): MethodDecorator {
  return SetMetadata(ADMISSION, { callers, browserRule: 'changes', forwarded: true } satisfies Admission);
}

/** As {@link Allow}, for pages and their forms: what changes something must come from a page of ours, whoever sends it. */
export function AllowOnPages(...callers: Caller[]): MethodDecorator {
  return SetMetadata(ADMISSION, { callers, browserRule: 'changes', ownPages: true } satisfies Admission);
}
