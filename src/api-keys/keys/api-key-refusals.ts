import { BrokerError } from '../../errors/broker-error.ts';
import { counted } from '../../errors/counted.ts';

export function tooManyKeys(most: number): BrokerError {
  return new BrokerError(
    'TooManyApiKeys',
    `This account has reached the limit of ${counted(most, 'key')}. Revoke a key that is no longer needed.`,
  );
}

export function keyEnded(status: 'expired' | 'revoked'): BrokerError {
  return new BrokerError('ApiKeyEnded', `This key is ${status} and cannot be changed. Create a new one.`);
}

export function keyChanged(): BrokerError {
  return new BrokerError(
    'ApiKeyChanged',
    'This key was rotated or revoked at the same moment. Check its state before you try again.',
  );
}
