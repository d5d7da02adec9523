import { BrokerError } from '../../errors/broker-error.ts';

/** One answer for every identifier and password that do not belong together, in the words of a PDS. */
export function wrongPassword(): BrokerError {
  return new BrokerError('AuthenticationRequired', 'Invalid identifier or password');
}

/** A token that was valid once, in the words of a PDS: clients renew it, or sign in again. */
export function expiredToken(what: 'expired' | 'been revoked'): BrokerError {
  return new BrokerError('ExpiredToken', `Token has ${what}`);
}

export function fromBrowser(): BrokerError {
  return new BrokerError(
    'Forbidden',
    'A web page must not ask for an API key. Use the key in a program, or sign in through the broker.',
  );
}

/** A key is no token of a session. */
export function keyHasNoSession(): BrokerError {
  return new BrokerError(
    'ProtectedMethod',
    'An API key has no session to renew or end. Send the token of the session, or revoke the key at the broker.',
  );
}
