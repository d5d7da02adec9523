import type { ErrorCode } from './error-code.ts';

type BrokerErrorOptions = {
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
  readonly reconnectSessionId?: string;
  readonly missingScope?: string;
  readonly dpopNonce?: string;
};

/**
 * The one error of the broker: a stable code for programs and a sentence for people.
 *
 * `retryAfterSeconds` is sent as `Retry-After` where the status allows it, `reconnectSessionId` as the link by which
 * its owner takes that session up again, `missingScope` as the scope that would allow what was asked, `dpopNonce` as the
 * nonce that a proof is wanted with. `cause` is for the log and never leaves the process.
 */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly retryAfterSeconds: number | undefined;
  readonly reconnectSessionId: string | undefined;
  readonly missingScope: string | undefined;
  readonly dpopNonce: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: BrokerErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.reconnectSessionId = options.reconnectSessionId;
    this.missingScope = options.missingScope;
    this.dpopNonce = options.dpopNonce;
  }
}

/** The one answer to every credential that opens nothing: who shows it cannot tell why. */
export function invalidToken(): BrokerError {
  return new BrokerError('InvalidToken', 'The credential is unknown, expired or revoked.');
}
