import { z } from 'zod';
import { keyRequestStatuses } from '../../database/tables/key-request.ts';
import type { CreatedKeyRequest, KeyRequest } from './rules/key-request.ts';

const time = z.iso.datetime();

/** A created request, for its requester: a link for the account's owner, and a temp token to wait and to claim. */
export const createdKeyRequestView = z.object({
  id: z.string(),
  authorizeUrl: z.url().describe("the page that the account's owner opens"),
  tempToken: z.string().describe('shown only in this response'),
  expiresAt: time,
});

/** The state of a request, for its requester. */
export const keyRequestView = z.object({
  id: z.string(),
  status: z.enum(keyRequestStatuses),
  did: z.string().optional().describe('the account, once its owner has authorized the key'),
  expiresAt: time,
});

export type CreatedKeyRequestView = z.infer<typeof createdKeyRequestView>;
export type KeyRequestView = z.infer<typeof keyRequestView>;

export function toCreatedKeyRequestView(
  { id, tempToken, expiresAt }: CreatedKeyRequest,
  baseUrl: string,
): CreatedKeyRequestView {
  return { id, authorizeUrl: `${baseUrl}/connect/${id}`, tempToken, expiresAt: expiresAt.toISOString() };
}

export function toKeyRequestView({ id, status, did, expiresAt }: KeyRequest): KeyRequestView {
  const isAuthorized = status === 'authorized' || status === 'claimed';
  return { id, status, ...(isAuthorized && { did }), expiresAt: expiresAt.toISOString() };
}
