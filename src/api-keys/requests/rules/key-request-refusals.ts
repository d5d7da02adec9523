import { BrokerError } from '../../../errors/broker-error.ts';
import { counted } from '../../../errors/counted.ts';
import { type KeyRequest, MOST_TRIES } from './key-request.ts';

const END_TEXTS: Partial<Record<KeyRequest['status'], string>> = {
  denied: 'it was denied, or too many wrong codes were entered',
  expired: 'its 15 minutes are over',
  claimed: 'its key was claimed',
};

export function noSuchRequest(): BrokerError {
  return new BrokerError(
    'NotFound',
    'There is no key request with this id. It may have been deleted, a day after its end.',
  );
}

export function keyRequestsOff(): BrokerError {
  return new BrokerError(
    'KeyRequestsOff',
    'This broker does not accept key requests. Its operator can allow them with LATCHKEY_KEY_REQUESTS.',
  );
}

export function tooManyPending(most: number): BrokerError {
  return new BrokerError(
    'TooManyKeyRequests',
    `The limit of ${counted(most, 'pending key request')} is reached. Try again in a few minutes.`,
    { retryAfterSeconds: 60 },
  );
}

/** Returns the error for a request that is not pending and so cannot be authorized. */
export function notPending({ status }: Pick<KeyRequest, 'status'>): BrokerError {
  return status === 'authorized'
    ? new BrokerError(
        'KeyRequestNotPending',
        'This key request was already authorized. Enter its claim code where the key was requested.',
      )
    : ended({ status });
}

export function notAuthorized(): BrokerError {
  return new BrokerError(
    'KeyRequestNotAuthorized',
    "The account's owner has not authorized this key yet. Try again after they have.",
  );
}

export function ended({ status }: Pick<KeyRequest, 'status'>): BrokerError {
  return new BrokerError(
    'KeyRequestEnded',
    `This key request has ended: ${END_TEXTS[status] ?? status}. Request a new key.`,
  );
}

/** @param tries number of wrong codes so far */
export function wrongCode(tries: number): BrokerError {
  const left = MOST_TRIES - tries;
  const message =
    left > 0
      ? `This code is wrong. You can try ${left} more ${left === 1 ? 'time' : 'times'}.`
      : 'This code is wrong, and there are no tries left. Request a new key.';
  return new BrokerError('WrongClaimCode', message);
}
