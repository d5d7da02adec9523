/** Everything that is audited: a thing, and what was done to it or refused. A module adds its lines. */
export const auditActions = [
  'api-key.expired',
  'api-key.issued',
  'api-key.refused',
  'api-key.revoked',
  'api-key.rotated',
  'client-key.activated',
  'client-key.published',
  'client-key.retired',
  'key-request.approved',
  'key-request.authorized',
  'key-request.claimed',
  'key-request.created',
  'key-request.denied',
  'key-request.expired',
  'key-request.wrong-account',
  'key-request.wrong-code',
  'session.refresh-requested',
  'session.revoked',
  'temp-token.deleted',
  'temp-token.minted',
  'temp-token.refused',
] as const;

export type AuditAction = (typeof auditActions)[number];
