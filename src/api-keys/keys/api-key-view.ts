import { z } from 'zod';
import { apiKeyStatuses, graceOf, statusOf } from './api-key.ts';
import type { ListedApiKey } from './api-key.repository.ts';
import type { IssuedApiKey } from './api-keys.service.ts';

const time = z.iso.datetime();

const named = {
  id: z.string(),
  start: z.string().describe('the first 12 characters of the secret, which identify the key'),
  did: z.string(),
  name: z.string(),
  scope: z.string().describe('the scope that was last granted to its session'),
  expiresAt: time.nullable().describe('null for a key without an expiry'),
};

/** A key, for its owner and the operator, without secret and digest. */
export const apiKeyView = z.object({
  ...named,
  sessionId: z.string().describe('the session that it uses, and that its owner reconnects'),
  createdAt: time,
  lastUsedAt: time.nullable().describe('to the minute'),
  lastUsedClient: z
    .string()
    .nullable()
    .describe('the program of the last use by its own account, such as python-httpx/0.27'),
  lastUsedNetwork: z
    .string()
    .nullable()
    .describe(
      'the network of the last use, such as 203.0.113.0/24 or 2001:db8:7::/48; no full address is stored',
    ),
  revokedAt: time.nullable().describe('the time of its revocation or expiry'),
  previousUntil: time
    .nullable()
    .describe('the time until which the secret before the last rotation works, null if it does not'),
  needsOwnerBy: time
    .nullable()
    .describe('its own end or that of its session, whichever is earlier; null once it does not work'),
  status: z
    .enum(apiKeyStatuses)
    .describe('needs_reauth: it works again once its owner has reconnected its session'),
});

/** A key with its secret, which no other response contains. */
export const issuedApiKeyView = z.object({
  ...named,
  needsOwnerBy: time.describe(
    'when its owner is needed at the latest: its own end, or that of its session, whichever is earlier',
  ),
  secret: z.string(),
});

export type ApiKeyView = z.infer<typeof apiKeyView>;
export type IssuedApiKeyView = z.infer<typeof issuedApiKeyView>;

export function toApiKeyView(listed: ListedApiKey, now = new Date()): ApiKeyView {
  const { key, session, scope, needsOwnerBy } = listed;
  const { id, start, did, name, sessionId, expiresAt, createdAt, revokedAt } = key;
  const { lastUsedAt, lastUsedClient, lastUsedNetwork } = key;
  const status = statusOf(key, session, now);
  return {
    ...{ id, start, did, name, scope, sessionId, lastUsedClient, lastUsedNetwork },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    previousUntil: graceOf(key, status, now)?.toISOString() ?? null,
    needsOwnerBy: status === 'active' ? needsOwnerBy.toISOString() : null,
    status,
  };
}

export function toIssuedApiKeyView({ expiresAt, needsOwnerBy, ...issued }: IssuedApiKey): IssuedApiKeyView {
  return {
    ...issued,
    expiresAt: expiresAt?.toISOString() ?? null,
    needsOwnerBy: needsOwnerBy.toISOString(),
  };
}
