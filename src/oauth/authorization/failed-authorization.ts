import { BrokerError } from '../../errors/broker-error.ts';
import type { AuthorizationIntent } from './oauth-state.repository.ts';

/** What went wrong with an authorization that came back, and what it was for: who began it is told where they began. */
export class FailedAuthorization extends BrokerError {
  constructor(
    error: BrokerError,
    readonly intent: AuthorizationIntent,
  ) {
    super(error.details, error.message, { cause: error.cause ?? error });
  }
}
