import { z } from 'zod';
import type { Session } from '../../sessions/stored/session.ts';
import type { TokenPair } from './session-tokens.service.ts';

const HANDLE_UNKNOWN = 'handle.invalid';

/** An account as a PDS tells it, but without `didDoc`, for which clients would leave, and without an e-mail address. */
const sessionAccount = z.object({
  did: z.string(),
  handle: z.string().describe('handle.invalid when the handle does not point back at the account'),
  active: z.boolean(),
});

export const openedSession = sessionAccount.extend({ accessJwt: z.string(), refreshJwt: z.string() });

export type SessionAccount = z.infer<typeof sessionAccount>;

export type OpenedSession = z.infer<typeof openedSession>;

export function toSessionAccount({ did, handle }: Pick<Session, 'did' | 'handle'>): SessionAccount {
  return { did, handle: handle ?? HANDLE_UNKNOWN, active: true };
}

export function toOpenedSession(pair: TokenPair, session: Pick<Session, 'did' | 'handle'>): OpenedSession {
  return { ...pair, ...toSessionAccount(session) };
}
