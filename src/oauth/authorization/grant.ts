import type { JWK } from 'jose';
import type { Did } from '../../database/tables/did.ts';

/** The result of an authorization: the token set, its DPoP key and its account. */
export type Grant = {
  readonly did: Did;
  readonly clientId: string;
  /** The URL of the authorization server. */
  readonly issuer: string;
  /** The origin of the resource server: the audience of the tokens. */
  readonly pds: string;
  readonly scope: string;
  /** The client key that began the grant and alone may refresh it. `null` for a public client. */
  readonly kid: string | null;
  readonly accessToken: string;
  readonly accessExpiresAt: Date;
  readonly refreshToken: string | null;
  /** The private DPoP key (RFC 9449), P-256. */
  readonly dpopKey: JWK;
};
