import { JoseKey } from '@atproto/oauth-client-node';
import { Injectable } from '@nestjs/common';
import { ClientKeys } from '../client-keys/client-keys.service.ts';
import type { Grant } from '../authorization/grant.ts';
import { OAuthLibrary } from '../issuers/oauth-library.service.ts';

/** The parts of a grant that its revocation needs. */
export type RevocableGrant = Pick<
  Grant,
  'clientId' | 'issuer' | 'kid' | 'accessToken' | 'refreshToken' | 'dpopKey'
>;

/** Revokes grants at their issuers. */
@Injectable()
export class Grants {
  constructor(
    private readonly oauthLibrary: OAuthLibrary,
    private readonly clientKeys: ClientKeys,
  ) {}

  /**
   * Revokes a grant by its refresh token (RFC 7009): a server may ignore an access token that a rotation replaced.
   *
   * @throws the error of the request, or of an unsuccessful response
   */
  async revoke({ clientId, issuer, kid, accessToken, refreshToken, dpopKey }: RevocableGrant): Promise<void> {
    const client = this.oauthLibrary.client(await this.clientKeys.keyOfGrant(kid), {}, { clientId });
    const server = await client.serverFactory.fromIssuer(
      issuer,
      kid === null ? { method: 'none' } : { method: 'private_key_jwt', kid },
      await JoseKey.fromJWK({ ...dpopKey }),
    );
    // The library's own revoke() hides failures.
    await server.request('revocation', { token: refreshToken ?? accessToken });
  }
}
