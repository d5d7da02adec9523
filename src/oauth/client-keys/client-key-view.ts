import { z } from 'zod';
import { activatableFrom, clientKeyStatuses, clientKeyStatusOf, findSigningKey } from './client-key-life.ts';
import type { ClientKeyReading } from './client-key.repository.ts';

const time = z.iso.datetime();

/** A client key, for the operator. */
export const clientKeyView = z.object({
  kid: z.string().describe('RFC 7638 thumbprint'),
  status: z.enum(clientKeyStatuses),
  signing: z.boolean().describe('new sessions use this key'),
  inJwks: z.boolean().describe('the JWKS contains it'),
  sessions: z.int().describe('number of sessions that need it'),
  publishedAt: time,
  activatableFrom: time.describe('the earliest time at which it may be activated'),
  activeAt: time.nullable(),
  retiredAt: time.nullable(),
});

export type ClientKeyView = z.infer<typeof clientKeyView>;

export function toClientKeyViews(
  keys: readonly ClientKeyReading[],
  sessions: ReadonlyMap<string, number>,
  publishedKids: readonly string[],
): ClientKeyView[] {
  return keys.map(key => ({
    kid: key.kid,
    status: clientKeyStatusOf(key),
    signing: findSigningKey(keys)?.kid === key.kid,
    inJwks: publishedKids.includes(key.kid),
    sessions: sessions.get(key.kid) ?? 0,
    publishedAt: key.publishedAt.toISOString(),
    activatableFrom: activatableFrom(key).toISOString(),
    activeAt: key.activeAt?.toISOString() ?? null,
    retiredAt: key.retiredAt?.toISOString() ?? null,
  }));
}
