import { z } from 'zod';
import { keyRequestStatuses } from '../../database/tables/key-request.ts';
import { keyPresets } from './rules/key-presets.ts';
import type { CreatedKeyRequest, KeyRequest } from './rules/key-request.ts';

const time = z.iso.datetime();

/** A created request, for its requester: a link for the account's owner, and a temp token to wait and to claim. */
export const createdKeyRequestView = z.object({
  id: z.string(),
  authorizeUrl: z.url().describe("the page that the account's owner opens"),
  tempToken: z.string().describe('shown only in this response'),
  scope: z
    .string()
    .describe(
      'what the owner is asked for. It can be wider than requested: an issuer grants a declared part only as a whole',
    ),
  expiresAt: time,
});

/** The scopes that may be requested for a key. */
export const keyScopesView = z.object({
  parts: z.array(z.string()).describe('each may be requested as it is, or less of it'),
  presets: z
    .array(z.object({ name: z.enum(keyPresets), scope: z.string() }))
    .describe('scopes that may be requested by name'),
});

/** The state of a request, for its requester. */
export const keyRequestView = z.object({
  id: z.string(),
  status: z.enum(keyRequestStatuses),
  did: z.string().optional().describe('the account, once its owner has authorized the key'),
  expiresAt: time,
});

export type CreatedKeyRequestView = z.infer<typeof createdKeyRequestView>;
export type KeyScopesView = z.infer<typeof keyScopesView>;
export type KeyRequestView = z.infer<typeof keyRequestView>;

export function toCreatedKeyRequestView(
  { id, tempToken, scope, expiresAt }: CreatedKeyRequest,
  baseUrl: string,
): CreatedKeyRequestView {
  const authorizeUrl = `${baseUrl}/connect/${id}`;
  return { id, authorizeUrl, tempToken, scope, expiresAt: expiresAt.toISOString() };
}

export function toKeyRequestView({ id, status, did, expiresAt }: KeyRequest): KeyRequestView {
  const isAuthorized = status === 'authorized' || status === 'claimed';
  return { id, status, ...(isAuthorized && { did }), expiresAt: expiresAt.toISOString() };
}
