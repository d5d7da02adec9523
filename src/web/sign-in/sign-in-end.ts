import type { SessionReason } from '../../database/tables/oauth-session.ts';
import type { Session } from '../../sessions/stored/session.ts';

/** Why a browser is no longer signed in. `elsewhere`: another browser, the operator or a time limit ended the sign-in. */
export type SignInEnd = SessionReason | 'elsewhere';

/** Decides why a browser that was signed in through a session is not any more. */
export function decideSignInEnd(session: Pick<Session, 'status' | 'reason'> | undefined): SignInEnd {
  if (session?.status === 'active' || session?.status === 'needs_check') return 'elsewhere';
  return session?.reason ?? 'elsewhere';
}
