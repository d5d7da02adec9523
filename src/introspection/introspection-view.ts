import { z } from 'zod';
import type { ApiKeyPrincipal } from '../access/principal.ts';
import type { Session } from '../sessions/stored/session.ts';

const seconds = z.int().describe('seconds since 1970');

/** A key that works, as RFC 7662 section 2.2 describes tokens. */
const activeToken = z.object({
  active: z.literal(true),
  token_type: z.literal('Bearer'),
  iss: z.url().describe('this broker'),
  sub: z.string().describe('the DID of the account that the key acts for'),
  username: z
    .string()
    .optional()
    .describe('its handle; left out when that does not point back at the account'),
  scope: z.string().describe('what the account granted'),
  client_id: z.string().describe('the OAuth client that it was granted to: the broker'),
  iat: seconds,
  exp: seconds.optional().describe('left out for a key that ends only when it is revoked'),
  jti: z.string().describe('the id of the key'),
  session_id: z.string().describe('the session that it acts through'),
});

/** Of a token that opens nothing, whatever it is, nothing more is said. */
const inactiveToken = z.object({ active: z.literal(false) });

export const introspectionView = z.discriminatedUnion('active', [activeToken, inactiveToken]);

export type IntrospectionView = z.infer<typeof introspectionView>;

/** What is true of a key at this moment. */
export type ActiveKey = {
  readonly key: ApiKeyPrincipal;
  readonly session: Pick<Session, 'did' | 'handle' | 'scope' | 'clientId'>;
};

/** @param iss where the broker is reached */
export function toIntrospectionView(active: ActiveKey | undefined, iss: string): IntrospectionView {
  if (!active) return { active: false };
  const { key, session } = active;
  return {
    active: true,
    token_type: 'Bearer',
    iss,
    sub: session.did,
    ...(session.handle !== null && { username: session.handle }),
    scope: session.scope,
    client_id: session.clientId,
    iat: toSeconds(key.createdAt),
    ...(key.expiresAt && { exp: toSeconds(key.expiresAt) }),
    jti: key.apiKeyId,
    session_id: key.sessionId,
  };
}

function toSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
