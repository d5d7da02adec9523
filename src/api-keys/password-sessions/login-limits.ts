import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { BrokerError } from '../../errors/broker-error.ts';

const FIVE_MINUTES = 5 * 60;
const DAY = 24 * 60 * 60;

/** Limits logins with keys, as PDSes limit those with passwords. In this process. */
export class LoginLimits {
  private readonly wrong = new RateLimiterMemory({ points: 30, duration: FIVE_MINUTES });
  private readonly right = [
    new RateLimiterMemory({ points: 30, duration: FIVE_MINUTES }),
    new RateLimiterMemory({ points: 300, duration: DAY }),
  ];

  /**
   * Requires that an address has not failed too often.
   *
   * @throws BrokerError `TooManyRequests`
   */
  async requireRoom(address: string): Promise<void> {
    const failed = await this.wrong.get(address);
    if (failed && failed.remainingPoints <= 0) throw tooManyLogins(failed);
  }

  /** Counts a failed login. */
  async countWrong(address: string): Promise<void> {
    await this.wrong.consume(address).catch(ignoreRefusal);
  }

  /**
   * Counts a login with a valid key.
   *
   * @param start the first characters of the key
   * @throws BrokerError `TooManyRequests`
   */
  async countRight(address: string, start: string): Promise<void> {
    for (const limiter of this.right) {
      await limiter.consume(`${start} ${address}`).catch((refused: unknown) => {
        throw refused instanceof RateLimiterRes ? tooManyLogins(refused) : refused;
      });
    }
  }
}

function ignoreRefusal(refused: unknown): void {
  if (!(refused instanceof RateLimiterRes)) throw refused;
}

function tooManyLogins({ msBeforeNext }: RateLimiterRes): BrokerError {
  return new BrokerError(
    'TooManyRequests',
    'Too many logins. Keep the session of the last one, and renew it with com.atproto.server.refreshSession.',
    { retryAfterSeconds: Math.ceil(msBeforeNext / 1000) },
  );
}
