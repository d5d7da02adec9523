import { setTimeout as delay } from 'node:timers/promises';
import { BrokerError } from '../errors/broker-error.ts';

const PATIENCE_MS = 30_000;

/**
 * Waits for a server that a stranger named, but not for ever: the calls that spend something have no time limit of
 * their own. What is waited for goes on.
 *
 * @throws BrokerError `UpstreamTimeout`
 */
export async function withPatience<Result>(work: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const late = delay(PATIENCE_MS, undefined, { signal: over.signal }).then(() => {
    throw new BrokerError('UpstreamTimeout', 'The server of this account did not answer in time.');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}
