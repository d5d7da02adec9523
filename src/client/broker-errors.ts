export type BrokerErrorDetails = {
  /** A stable code, such as `ScopeMissing`. `UnexpectedResponse` for a response that is not the broker's own. */
  readonly code: string;
  readonly message: string;
  readonly status: number;
  /** Names the request in the broker's log, for its operator. */
  readonly requestId?: string | undefined;
  /** After this time the request may be sent again. */
  readonly retryAfterMs?: number | undefined;
};

/** An error of the broker. */
export class BrokerError extends Error {
  override readonly name: string = 'BrokerError';
  readonly code: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor({ code, message, status, requestId, retryAfterMs }: BrokerErrorDetails) {
    super(message);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The account's owner must sign in again. The key works again afterwards, so keep it. */
export class NeedsOwner extends BrokerError {
  override readonly name = 'NeedsOwner';
  /** The page at which the owner signs in. */
  readonly reconnectUrl: string;

  constructor(details: BrokerErrorDetails & { readonly reconnectUrl: string }) {
    super(details);
    this.reconnectUrl = details.reconnectUrl;
  }
}

/** The key is unknown, expired, revoked or replaced, and will not work again. */
export class KeyRefused extends BrokerError {
  override readonly name = 'KeyRefused';
}

/** The connection failed before an answer came. A call that changes something may have been carried out. */
export class BrokerUnreachable extends Error {
  override readonly name = 'BrokerUnreachable';

  /** @param cause what `fetch` threw */
  constructor(url: string, cause: unknown) {
    super(`No answer from ${new URL(url).origin}: ${reasonOf(cause)}`, { cause });
  }
}

/** Node says what went wrong in the cause alone. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}

/** Returns the broker's error that an error is, or was caused by: libraries wrap what a `fetchHandler` throws. */
export function brokerErrorOf(error: unknown): BrokerError | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 10; cause = cause.cause, depth++)
    if (cause instanceof BrokerError) return cause;
  return undefined;
}
