import type { Did } from '../../database/tables/did.ts';
import type { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';

/** @throws BrokerError `AccountNotAllowed` for an account that is not among those that the operator has listed */
export function requireAllowedAccount(did: Did, { allowedDids }: Pick<Config, 'allowedDids'>): void {
  if (allowedDids === 'any' || allowedDids.includes(did)) return;
  throw new BrokerError('AccountNotAllowed', 'This account is not among those that may sign in here.');
}
