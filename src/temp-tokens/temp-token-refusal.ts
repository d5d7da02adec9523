import type { CredentialUse } from '../access/credential-use.ts';
import { BrokerError } from '../errors/broker-error.ts';
import type { TempTokenRefusal } from '../observability/metrics/metrics-labels.ts';
import { isWithinScope, type TempTokenScope } from './temp-token-scope.ts';
import type { TempToken } from './temp-token.ts';

/** A refused temp token. `reason` is for logs only: the message is that of every unknown credential. */
export class RefusedTempToken extends BrokerError {
  /** @param tempToken the stored token, if one was found */
  constructor(
    readonly reason: TempTokenRefusal,
    readonly tempToken?: Pick<TempToken, 'id' | 'scope' | 'resource'>,
  ) {
    super('InvalidToken', 'The credential is unknown, expired or revoked.');
  }
}

/** Decides why a stored token does not authorize a request. Returns undefined if it does. */
export function decideTempTokenRefusal(
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
