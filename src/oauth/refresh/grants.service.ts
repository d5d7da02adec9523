import { JoseKey } from '@atproto/oauth-client-node';
import { Injectable } from '@nestjs/common';
import { ClientKeys } from '../client-keys/client-keys.service.ts';
import type { Grant } from '../authorization/grant.ts';
import { OAuthLibrary } from '../issuers/oauth-library.service.ts';

/** What a grant needs in order to be ended. */
export type RevocableGrant = Pick<
  Grant,
  'clientId' | 'issuer' | 'kid' | 'accessToken' | 'refreshToken' | 'dpopKey'
>;

/** What happens to a grant at its issuer after it was given. */
@Injectable()
export class Grants {
  constructor(
    private readonly oauthLibrary: OAuthLibrary,
    private readonly clientKeys: ClientKeys,
  ) {}

  /**
   * Ends a grant (RFC 7009) with its refresh token: a server may ignore an access token that was rotated away.
   *
   * @throws whatever kept the request from being answered with success
   */
  async revoke({ clientId, issuer, kid, accessToken, refreshToken, dpopKey }: RevocableGrant): Promise<void> {
    const client = this.oauthLibrary.client(await this.clientKeys.keyOfGrant(kid), {}, clientId);
    const server = await client.serverFactory.fromIssuer(
      issuer,
      kid === null ? { method: 'none' } : { method: 'private_key_jwt', kid },
      await JoseKey.fromJWK({ ...dpopKey }),
    );
    // Not the library's own revoke(): it does not tell whether it failed.
    await server.request('revocation', { token: refreshToken ?? accessToken });
  }
}
