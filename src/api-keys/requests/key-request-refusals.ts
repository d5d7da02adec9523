import { BrokerError } from '../../errors/broker-error.ts';
import { type KeyRequest, MOST_TRIES } from './key-request.ts';

const END_TEXTS: Partial<Record<KeyRequest['status'], string>> = {
  denied: 'it was denied, or its code was tried too often',
  expired: 'its 15 minutes have gone by',
  claimed: 'the key was handed over',
};

export function noSuchRequest(): BrokerError {
  return new BrokerError('NotFound', 'There is no such key request.');
}

export function keyRequestsOff(): BrokerError {
  return new BrokerError('KeyRequestsOff', 'Nobody can ask for a key here.');
}

export function tooManyPending(most: number): BrokerError {
  return new BrokerError(
    'TooManyKeyRequests',
    `${most} key requests wait for their owners, which is as many as may. Try again in a while.`,
    { retryAfterSeconds: 60 },
  );
}

/** Says why a request that is not pending cannot be authorized. */
export function notPending({ status }: Pick<KeyRequest, 'status'>): BrokerError {
  return status === 'authorized'
    ? new BrokerError('KeyRequestNotPending', 'This key request was authorized already.')
    : ended({ status });
}

export function notAuthorized(): BrokerError {
  return new BrokerError('KeyRequestNotAuthorized', "The account's owner has not authorized this key yet.");
}

export function ended({ status }: Pick<KeyRequest, 'status'>): BrokerError {
  return new BrokerError('KeyRequestEnded', `This key request is over: ${END_TEXTS[status] ?? status}.`);
}

/** @param tries how many wrong codes were shown so far */
export function wrongCode(tries: number): BrokerError {
  const left = MOST_TRIES - tries;
  const message =
    left > 0
      ? `This is not the code. It can be tried ${left} more ${left === 1 ? 'time' : 'times'}.`
      : 'This is not the code, and it cannot be tried again. Ask for the key anew.';
  return new BrokerError('WrongClaimCode', message);
}
