import type { Did } from '../../database/tables/did.ts';
import type { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';

/**
 * Requires that the operator's settings allow an account.
 *
 * @throws BrokerError `AccountNotAllowed`
 */
export function requireAllowedAccount(did: Did, { allowedDids }: Pick<Config, 'allowedDids'>): void {
  if (allowedDids === 'any' || allowedDids.includes(did)) return;
  throw new BrokerError(
    'AccountNotAllowed',
    'This account may not sign in here. Ask the operator of this broker to allow it.',
  );
}
