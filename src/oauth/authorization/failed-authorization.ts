import { BrokerError } from '../../errors/broker-error.ts';
import type { AuthorizationIntent } from './oauth-state.repository.ts';

/** A failed authorization with its intent, so that the person sees the error on the page where they began. */
export class FailedAuthorization extends BrokerError {
  constructor(
    error: BrokerError,
    readonly intent: AuthorizationIntent,
  ) {
    super(error.details, error.message, { cause: error.cause ?? error });
  }
}
