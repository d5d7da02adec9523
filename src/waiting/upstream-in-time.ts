import { BrokerError } from '../errors/broker-error.ts';
import { failAfter } from './fail-after.ts';

const TIME_LIMIT_MS = 30_000;

/**
 * Waits up to 30 s for a call to a server whose address came from a caller. For calls that consume something and so
 * have no time limit of their own. The call itself continues.
 *
 * @throws BrokerError `UpstreamTimeout`
 */
export function upstreamInTime<Result>(call: Promise<Result>): Promise<Result> {
  return failAfter(
    TIME_LIMIT_MS,
    call,
    () => new BrokerError('UpstreamTimeout', 'The server of this account did not answer in time.'),
  );
}
