import { isValidDid } from '@atproto/syntax';
import { z } from 'zod';
import { sessionStatuses } from '../../../database/tables/oauth-session.ts';
import { parseId, SessionId } from '../../../database/tables/id.ts';
import type { SessionQuery } from '../../../sessions/stored/session.repository.ts';

/** Query of the search. Invalid parts are ignored, so that the operator always gets the page. */
export const sessionSearch = z.object({
  q: z.string().trim().max(2048).optional().catch(undefined),
  status: z
    .enum([...sessionStatuses, 'troubled'])
    .optional()
    .catch(undefined),
  cursor: SessionId.optional().catch(undefined),
});

export type SessionSearch = z.infer<typeof sessionSearch>;

/** Turns a search into a query by DID or by handle. A leading `@` or `at://` is ignored. */
export function toSessionQuery({ q = '', status, cursor }: SessionSearch): Omit<SessionQuery, 'limit'> {
  // Drops characters that no name has: Postgres refuses some of them (U+0000).
  const name = q.replace(/^@|^at:\/\//, '').replace(/[^\w.:%-]/g, '');
  const about = q === '' ? {} : isValidDid(name) ? { did: name } : { handle: name.toLowerCase() };
  return {
    ...about,
    ...(status === 'troubled' ? { status: 'active', troubled: true } : { status }),
    cursor,
  };
}

/** Returns whether the search text is a session id. */
export function isSessionId(q: string | undefined): q is SessionId {
  return q !== undefined && parseId(SessionId, q) !== undefined;
}
