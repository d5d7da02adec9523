import type { ErrorCode } from './error-code.ts';

type RetryAfter = {
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
};

type Upstream = RetryAfter & {
  /** Waiting does not help, so no `Retry-After` is sent. */
  readonly isLasting?: true;
};

/** What an error tells programs beside its code. A code that is not listed tells nothing more. */
type DetailsByCode = {
  /** The first field that is wrong, for pages that show the problem beside it. */
  readonly InvalidRequest: { readonly field?: string };
  readonly TooManyRequests: RetryAfter;
  readonly TooManyKeyRequests: RetryAfter;
  readonly TokenUnavailable: RetryAfter;
  readonly UpstreamUnavailable: Upstream;
  readonly UpstreamTimeout: Upstream;
  readonly SessionSuspended: RetryAfter;
  readonly AppPaused: RetryAfter;
  readonly IssuerUnavailable: RetryAfter;
  readonly RefreshInDoubt: RetryAfter;
  readonly SealedRowUnreadable: RetryAfter;
  readonly DatabaseUnavailable: RetryAfter;
  readonly ShuttingDown: RetryAfter;
  /** The session of an API key: sent as the link at which its owner reconnects it. */
  readonly ReauthorizationRequired: { readonly reconnectSessionId?: string };
  /** The scope that the call needs and the account did not grant. */
  readonly ScopeMissing: { readonly missingScope: string };
  /** The nonce that the next proof must carry (RFC 9449 section 8). */
  readonly UseDpopNonce: { readonly dpopNonce: string };
};

type DetailedCode = keyof DetailsByCode;

/** Codes whose details must be given. */
type DemandingCode = {
  [Code in DetailedCode]: Partial<DetailsByCode[Code]> extends DetailsByCode[Code] ? never : Code;
}[DetailedCode];

/** Codes that say enough by themselves. */
export type BareCode = Exclude<ErrorCode, DemandingCode>;

/** The code of an error and its details, as one union to branch on. */
export type ErrorDetails =
  | { [Code in DetailedCode]: { readonly code: Code } & DetailsByCode[Code] }[DetailedCode]
  | { readonly code: Exclude<ErrorCode, DetailedCode> };

type Cause = {
  /** For the log; it never leaves the process. */
  readonly cause?: unknown;
};

/** The arguments of a `BrokerError`: each code takes its own details and no others. */
export type ErrorArguments =
  | readonly [code: BareCode, message: string, options?: Cause]
  | readonly [codeAndDetails: ErrorDetails, message: string, options?: Cause]
  | {
      [Code in DetailedCode]: readonly [code: Code, message: string, options: Cause & DetailsByCode[Code]];
    }[DetailedCode];
