import { z } from 'zod';
import { sessionPurposes, sessionReasons, sessionStatuses } from '../../database/tables/oauth-session.ts';
import { absoluteEndOf } from '../stored/refresh-policy.ts';
import type { Session } from '../stored/session.ts';

const time = z.iso.datetime();

/** A session as the operator sees it, without its secrets. */
export const sessionView = z.object({
  id: z.string(),
  did: z.string(),
  handle: z
    .string()
    .nullable()
    .describe('verified in both directions within the last hour; null if there is none'),
  handleAtGrant: z
    .string()
    .nullable()
    .describe("the account's handle when the session was granted; another account may have it now"),
  issuer: z.string(),
  pds: z.string(),
  scope: z.string(),
  purpose: z.enum(sessionPurposes),
  status: z.enum(sessionStatuses),
  reason: z.enum(sessionReasons).nullable(),
  generation: z.int(),
  attempt: z.enum(['none', 'prepared', 'sent', 'in_doubt']),
  failures: z.int(),
  grantedAt: time,
  refreshedAt: time,
  lastUsedAt: time.nullable(),
  accessExpiresAt: time,
  nextRefreshAt: time.nullable(),
  rolledBackAt: time
    .nullable()
    .describe('when its row was found behind a newer state; null once a later refresh is stored'),
  endsAt: time
    .nullable()
    .describe(
      'when the issuer is expected to end it, however often it is refreshed; null once it is not active',
    ),
});

export type SessionView = z.infer<typeof sessionView>;

/** @param handle the account's handle that was verified within the last hour */
export function toSessionView(session: Session, handle: string | null): SessionView {
  const { id, did, issuer, pds, scope, purpose, status, reason, generation, failures } = session;
  return {
    ...{ id, did, handle, issuer, pds, scope, purpose, status, reason, generation, failures },
    handleAtGrant: session.handle,
    attempt: session.attempt?.state ?? 'none',
    grantedAt: session.grantedAt.toISOString(),
    refreshedAt: session.refreshedAt.toISOString(),
    lastUsedAt: session.lastUsedAt?.toISOString() ?? null,
    accessExpiresAt: session.accessExpiresAt.toISOString(),
    nextRefreshAt: session.nextRefreshAt?.toISOString() ?? null,
    rolledBackAt: session.rolledBackAt?.toISOString() ?? null,
    endsAt: status === 'active' ? absoluteEndOf(session).toISOString() : null,
  };
}
