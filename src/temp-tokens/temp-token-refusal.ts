import type { CredentialUse } from '../access/credential-use.ts';
import { BrokerError } from '../errors/broker-error.ts';
import type { TempTokenRefusal } from '../observability/metrics/metrics-labels.ts';
import { isWithinScope, type TempTokenScope } from './temp-token-scope.ts';
import type { TempToken } from './temp-token.ts';

/** A temp token that opens nothing. Inside it tells why; outside it is the answer to every unknown credential. */
export class RefusedTempToken extends BrokerError {
  /** @param tempToken the stored one that was shown, where there is one */
  constructor(
    readonly reason: TempTokenRefusal,
    readonly tempToken?: Pick<TempToken, 'id' | 'scope' | 'resource'>,
  ) {
    super('InvalidToken', 'The credential is unknown, expired or revoked.');
  }
}

/** Decides whether a stored token is refused for a request, and why; `undefined` when it opens it. */
export function decideRefusal(
  token: Pick<TempToken, 'resource' | 'expiresAt' | 'consumedAt' | 'readAt'>,
  scope: TempTokenScope | undefined,
  use: Omit<CredentialUse, 'from'>,
  basePath: string,
): TempTokenRefusal | undefined {
  if (token.expiresAt <= token.readAt) return 'expired';
  if (token.consumedAt !== null) return 'consumed';
  if (!scope) return 'unknown_scope';
  return isWithinScope(scope, token.resource, use, basePath) ? undefined : 'route_not_allowed';
}
