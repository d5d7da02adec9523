import { isValidDid } from '@atproto/syntax';
import { z } from 'zod';
import { sessionStatuses } from '../../../database/tables/oauth-session.ts';
import { SessionId } from '../../../database/tables/id.ts';
import type { SessionQuery } from '../../../sessions/stored/session.repository.ts';

/** What the operator searches for; whatever is wrong with it, they get the page. */
export const sessionSearch = z.object({
  q: z.string().trim().max(2048).optional().catch(undefined),
  status: z
    .enum([...sessionStatuses, 'troubled'])
    .optional()
    .catch(undefined),
  cursor: SessionId.optional().catch(undefined),
});

export type SessionSearch = z.infer<typeof sessionSearch>;

/** Returns what is asked of the database: a DID, or a handle as people write it. */
export function toSessionQuery({ q = '', status, cursor }: SessionSearch): Omit<SessionQuery, 'limit'> {
  // What can be in no name is left out: no database has to take every text.
  const name = q.replace(/^@|^at:\/\//, '').replace(/[^\w.:%-]/g, '');
  const about = q === '' ? {} : isValidDid(name) ? { did: name } : { handle: name.toLowerCase() };
  return {
    ...about,
    ...(status === 'troubled' ? { status: 'active', troubled: true } : { status }),
    cursor,
  };
}

/** Whether somebody searches for one session by its id. */
export function isSessionId(q: string | undefined): q is string {
  return z.uuid().safeParse(q).success;
}
