import { z } from 'zod';
import { apiKeyStatuses, statusOf } from './api-key.ts';
import type { ListedApiKey } from './api-key.repository.ts';
import type { IssuedApiKey } from './api-keys.service.ts';

const time = z.iso.datetime();

const named = {
  id: z.string(),
  start: z.string().describe('the first 12 characters of the secret, to tell keys apart'),
  did: z.string(),
  name: z.string(),
  scope: z.string().describe('what its session was granted last'),
  expiresAt: time.nullable().describe('null for a key that ends only when it is revoked'),
};

/** A key as its owner and the operator see it: everything about it, and neither secret nor digest. */
export const apiKeyView = z.object({
  ...named,
  sessionId: z.string().describe('the session that it acts through, and by which it is reconnected'),
  createdAt: time,
  lastUsedAt: time.nullable().describe('to the minute'),
  revokedAt: time.nullable().describe('when it was revoked, or expired'),
  status: z
    .enum(apiKeyStatuses)
    .describe('needs_reauth: it lives again once its owner has reconnected its session'),
});

/** A key and its secret, which nobody is ever shown again. */
export const issuedApiKeyView = z.object({ ...named, secret: z.string() });

export type ApiKeyView = z.infer<typeof apiKeyView>;
export type IssuedApiKeyView = z.infer<typeof issuedApiKeyView>;

export function toApiKeyView({ key, session, scope }: ListedApiKey, now = new Date()): ApiKeyView {
  const { id, start, did, name, sessionId, expiresAt, createdAt, lastUsedAt, revokedAt } = key;
  return {
    ...{ id, start, did, name, scope, sessionId },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    status: statusOf(key, session, now),
  };
}

export function toIssuedApiKeyView({ expiresAt, ...issued }: IssuedApiKey): IssuedApiKeyView {
  return { ...issued, expiresAt: expiresAt?.toISOString() ?? null };
}
