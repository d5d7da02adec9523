import { decodeJwt } from 'jose';
import type { SessionId } from '../database/tables/id.ts';

/** Whose token it is, and what it is good for; `lxm` is undefined for one that opens every method of the service. */
export type Tuple = {
  readonly sessionId: SessionId;
  /** The service that the token is for: a DID, or one of its services as `did#service`. */
  readonly aud: string;
  /** The NSID of the method that it may call. */
  readonly lxm: string | undefined;
};

/** What is asked for. Times are seconds. */
export type ServiceTokenInput = Pick<Tuple, 'aud' | 'lxm'> & {
  /** The longest that the token may have left. */
  readonly expiresIn: number;
  /** The least that it must have left, beyond the margin. */
  readonly minValiditySeconds: number;
  /** A token that is kept will not do: a service has refused it, say. */
  readonly fresh: boolean;
};

/** A token as a PDS minted it. */
export type ServiceToken = {
  readonly token: string;
  /** When it ends, by the clock of the PDS. */
  readonly expiresAt: Date;
  /** The same by this process's monotonic clock, in milliseconds. */
  readonly endsAt: number;
  /** What the session was granted then. */
  readonly scope: string;
};

/** A token is kept until this long before it ends: it has a way to go, and clocks differ. */
export const MARGIN_SECONDS = 10;

/** What a PDS gives to a token whose life is not asked for. */
export const DEFAULT_LIFE_SECONDS = 60;

/** The most that a PDS gives to a token, with a method and without one. */
export const LONGEST_LIFE_SECONDS = { oneMethod: 60 * 60, anyMethod: 60 } as const;

/**
 * When a token ends, by the clock of its PDS. One that cannot be read is taken to live no longer than a PDS's default.
 *
 * @param askedSeconds how long it was asked to live
 * @param now the time by the clock of the PDS
 */
export function expiryOf(token: string, askedSeconds: number, now: Date): Date {
  const exp = readExpiry(token);
  if (exp !== undefined) return new Date(exp * 1000);
  return new Date(now.getTime() + Math.min(askedSeconds, DEFAULT_LIFE_SECONDS) * 1000);
}

/**
 * Whether a token that is kept may be handed out: what it has left is within what was asked for, and nothing was granted
 * or taken since.
 *
 * @param now by this process's monotonic clock, in milliseconds
 */
export function isUsable(
  { endsAt, scope }: ServiceToken,
  ask: Pick<ServiceTokenInput, 'expiresIn' | 'minValiditySeconds'>,
  granted: string,
  now: number,
): boolean {
  const left = (endsAt - now) / 1000 - MARGIN_SECONDS;
  return scope === granted && left > 0 && left >= ask.minValiditySeconds && left <= ask.expiresIn;
}

/** RFC 7519 section 4.1.4. A service judges the token; all that is wanted here is how long it may be kept. */
function readExpiry(token: string): number | undefined {
  try {
    const { exp } = decodeJwt(token);
    return typeof exp === 'number' && Number.isFinite(new Date(exp * 1000).getTime()) ? exp : undefined;
  } catch {
    return undefined; // No JWT, or none that we understand: a PDS may mint what it wants.
  }
}
