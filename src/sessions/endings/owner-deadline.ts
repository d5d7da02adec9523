import type { ClientConfig } from '../../config/config.ts';
import { absoluteEndOf, LIFE_LIMIT_MS } from '../stored/refresh-policy.ts';
import type { Session } from '../stored/session.ts';

/** How long before its deadline a key's responses tell it. */
export const DEADLINE_NOTICE_MS = 7 * 24 * 60 * 60_000;

const HEADER = 'latchkey-needs-owner-by';

/** The part of a session that decides how long it can live without its owner. */
export type MortalSession = Pick<Session, 'grantedAt' | 'kid'>;

/** Returns when a credential needs its owner at the latest: at its own end or at its session's, whichever is earlier. */
export function ownerDeadlineOf(session: MortalSession, expiresAt: Date | null): Date {
  const end = absoluteEndOf(session);
  return expiresAt !== null && expiresAt < end ? expiresAt : end;
}

/** Returns how long a session that is granted now can live without its owner, in milliseconds. */
export function sessionLifeMs({ kind }: ClientConfig): number {
  return LIFE_LIMIT_MS[kind === 'loopback' ? 'public' : 'confidential'];
}

/** Returns the header that tells a program in the last days of its key when the owner is needed, or nothing. */
export function deadlineHeader(
  session: MortalSession,
  keyExpiresAt: Date | null,
  now: number,
): Record<string, string> {
  const deadline = ownerDeadlineOf(session, keyExpiresAt);
  return deadline.getTime() - now > DEADLINE_NOTICE_MS ? {} : { [HEADER]: deadline.toISOString() };
}
