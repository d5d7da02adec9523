import { decodeJwt } from 'jose';
import type { SessionId } from '../database/tables/id.ts';

/** The session and the permission of a service token. */
export type Tuple = {
  readonly sessionId: SessionId;
  /** The called service: a DID, or one of its services as `did#service`. */
  readonly aud: string;
  /** The NSID of the only permitted method. Undefined permits every method of the service. */
  readonly lxm: string | undefined;
};

/** The request for a service token. Times are seconds. */
export type ServiceTokenInput = Pick<Tuple, 'aud' | 'lxm'> & {
  /** Upper limit of the token's remaining life. */
  readonly expiresIn: number;
  /** Lower limit of the token's remaining life, beyond the margin. */
  readonly minValiditySeconds: number;
  /** Excludes a cached token, for example because a service refused it. */
  readonly fresh: boolean;
};

/** A token that a PDS minted. */
export type ServiceToken = {
  readonly token: string;
  /** Its expiry by the clock of the PDS. */
  readonly expiresAt: Date;
  /** Its expiry by this process's monotonic clock, in milliseconds. */
  readonly endsAt: number;
  /** The scope of the session at the time of the mint. */
  readonly scope: string;
};

/** A cached token is used until this long before its expiry: the call takes time, and clocks differ. */
export const MARGIN_SECONDS = 10;

/** The life of a token without a requested expiry, at a PDS. */
export const DEFAULT_LIFE_SECONDS = 60;

/** The limits of a PDS for the life of a token, with and without a method. */
export const LONGEST_LIFE_SECONDS = { oneMethod: 60 * 60, anyMethod: 60 } as const;

/**
 * Returns the expiry of a token by the clock of its PDS. A token without a readable `exp` gets at most the default life.
 *
 * @param requestedSeconds the requested life
 * @param now the time by the clock of the PDS
 */
export function expiryOf(token: string, requestedSeconds: number, now: Date): Date {
  const exp = readExpiry(token);
  if (exp !== undefined) return new Date(exp * 1000);
  return new Date(now.getTime() + Math.min(requestedSeconds, DEFAULT_LIFE_SECONDS) * 1000);
}

/**
 * Returns whether a cached token fits a request: its remaining life is within the requested limits, and the session's
 * scope has not changed since the mint.
 *
 * @param now in milliseconds of this process's monotonic clock
 */
export function isUsable(
  { endsAt, scope }: ServiceToken,
  input: Pick<ServiceTokenInput, 'expiresIn' | 'minValiditySeconds'>,
  granted: string,
  now: number,
): boolean {
  const left = (endsAt - now) / 1000 - MARGIN_SECONDS;
  return scope === granted && left > 0 && left >= input.minValiditySeconds && left <= input.expiresIn;
}

/** Reads `exp` (RFC 7519 section 4.1.4) without verifying the token, which only its service does. */
function readExpiry(token: string): number | undefined {
  try {
    const { exp } = decodeJwt(token);
    return typeof exp === 'number' && Number.isFinite(new Date(exp * 1000).getTime()) ? exp : undefined;
  } catch {
    return undefined; // Not a JWT: a PDS may mint any token.
  }
}
