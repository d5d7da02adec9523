import type { JWK } from 'jose';
import type { Did } from '../../database/tables/did.ts';

/** What an authorization yields, as a value: the token set, the key it is bound to, and whose it is. */
export type Grant = {
  readonly did: Did;
  readonly clientId: string;
  /** The authorization server that gave it. */
  readonly issuer: string;
  /** The resource server it is good for: the audience of its tokens. */
  readonly pds: string;
  readonly scope: string;
  /** The client key that began it and alone may go on with it; `null` for a public client. */
  readonly kid: string | null;
  readonly accessToken: string;
  readonly accessExpiresAt: Date;
  readonly refreshToken: string | null;
  /** The private DPoP key (RFC 9449), P-256. */
  readonly dpopKey: JWK;
};
