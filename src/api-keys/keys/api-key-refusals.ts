import { BrokerError } from '../../errors/broker-error.ts';

export function tooManyKeys(most: number): BrokerError {
  return new BrokerError(
    'TooManyApiKeys',
    `An account may have ${most} keys here. Revoke one that is not needed any more.`,
  );
}

export function keyEnded(status: 'expired' | 'revoked'): BrokerError {
  return new BrokerError('ApiKeyEnded', `This key is ${status}. Make a new one.`);
}

export function keyChanged(): BrokerError {
  return new BrokerError(
    'ApiKeyChanged',
    'The key was rotated or revoked at the same moment. Look at it before you try again.',
  );
}
