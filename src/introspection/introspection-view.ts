import { z } from 'zod';
import type { ApiKeyPrincipal } from '../access/principal.ts';
import type { Session } from '../sessions/stored/session.ts';

const seconds = z.int().describe('seconds since 1970');

/** A working key, as an active token of RFC 7662 section 2.2. */
const activeToken = z.object({
  active: z.literal(true),
  token_type: z.literal('Bearer'),
  iss: z.url().describe('this broker'),
  sub: z.string().describe('the DID of the account that the key acts for'),
  username: z
    .string()
    .optional()
    .describe('its handle, left out unless it was verified in both directions within the last hour'),
  scope: z.string().describe('the scope that the account granted'),
  client_id: z.string().describe('the OAuth client of the grant: this broker'),
  iat: seconds,
  exp: seconds.optional().describe('left out for a key that ends only when it is revoked'),
  jti: z.string().describe('the id of the key'),
  session_id: z.string().describe('the session that it acts through'),
});

/** Any other token. The response does not tell the reason. */
const inactiveToken = z.object({ active: z.literal(false) });

export const introspectionView = z.discriminatedUnion('active', [activeToken, inactiveToken]);

export type IntrospectionView = z.infer<typeof introspectionView>;

/** A working key, and the session that it acts through. */
export type ActiveKey = {
  readonly key: ApiKeyPrincipal;
  readonly session: Pick<Session, 'did' | 'scope' | 'clientId'>;
  /** The handle that was verified within the last hour. */
  readonly handle: string | null;
};

/**
 * Returns the introspection response for a working key.
 *
 * @param iss the base URL of the broker
 */
export function toIntrospectionView({ key, session, handle }: ActiveKey, iss: string): IntrospectionView {
  return {
    active: true,
    token_type: 'Bearer',
    iss,
    sub: session.did,
    ...(handle !== null && { username: handle }),
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
