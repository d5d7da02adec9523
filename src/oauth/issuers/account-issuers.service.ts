import {
  OAuthAuthorizationServerMetadataResolver,
  OAuthProtectedResourceMetadataResolver,
  type OAuthAuthorizationServerMetadata,
  type OAuthProtectedResourceMetadata,
} from '@atproto/oauth-client-node';
import { assertAtprotoDid, type DidResolver } from '@atproto-labs/did-resolver';
import type { Did } from '../../database/tables/did.ts';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { createDidResolver } from '../../identity/resolution/did-resolvers.ts';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { pdsOf } from '../../identity/resolution/pds-of.ts';
import { SharedRequests } from './shared-requests.ts';

/** The issuer that is responsible for an account, and the account's PDS as an origin. */
export type AccountIssuer = { readonly metadata: OAuthAuthorizationServerMetadata; readonly pds: string };

const noCache = { get: () => undefined, set: () => undefined, del: () => undefined };

/**
 * Finds the issuer that is responsible for an account now: subject -> DID document -> PDS -> issuer.
 *
 * Nothing is cached. Each account's document is fetched from its source. Concurrent callers share a fetch of the two
 * documents that all accounts of a server have in common. Handles are not checked.
 */
@Injectable()
export class AccountIssuers {
  private readonly allowHttp: boolean;
  private readonly documents: DidResolver<'plc' | 'web'>;
  private readonly resources: OAuthProtectedResourceMetadataResolver;
  private readonly servers: OAuthAuthorizationServerMetadataResolver;
  private readonly resourceRequests = new SharedRequests<OAuthProtectedResourceMetadata | null>();
  private readonly serverRequests = new SharedRequests<OAuthAuthorizationServerMetadata>();

  constructor({ identity, outbound }: Config, { sessionLookups }: OutboundHttp) {
    const { allowHttp } = outbound;
    const { directory, metadata } = sessionLookups;
    this.allowHttp = allowHttp;
    this.documents = createDidResolver({ plcUrl: identity.plcUrl, directory, metadata, allowHttp });
    this.resources = new OAuthProtectedResourceMetadataResolver(noCache, metadata, {
      allowHttpResource: allowHttp,
    });
    this.servers = new OAuthAuthorizationServerMetadataResolver(noCache, metadata, {
      allowHttpIssuer: allowHttp,
    });
  }

  /**
   * Returns the origin of the account's PDS, from its current DID document.
   *
   * @throws BrokerError `AccountUnreachable`, or the error of fetching the document
   */
  async findPds(did: Did): Promise<string> {
    assertAtprotoDid(did);
    return pdsOf(await this.documents.resolve(did), this.allowHttp);
  }

  /** @throws BrokerError `AccountUnreachable`, or the error of fetching or validating the metadata */
  async find(did: Did): Promise<AccountIssuer> {
    const pds = await this.findPds(did);
    const resource = await this.resourceRequests.ask(pds, () => this.resources.get(pds));
    const issuer = resource === null ? pds : onlyIssuerOf(resource);
    const metadata = await this.serverRequests.ask(issuer, () => this.servers.get(issuer));
    // RFC 9728 section 4
    if (resource && metadata.protected_resources?.includes(resource.resource) === false)
      throw new TypeError(`The PDS ${pds} is not one that the issuer ${issuer} protects.`);
    return { metadata, pds };
  }
}

/** The atproto OAuth profile requires a PDS to name one authorization server, and only one. */
function onlyIssuerOf({
  resource,
  authorization_servers: issuers = [],
}: OAuthProtectedResourceMetadata): string {
  const [issuer, ...others] = issuers;
  if (issuer === undefined || others.length > 0)
    throw new TypeError(`The PDS ${resource} names ${issuers.length} authorization servers instead of one.`);
  return issuer;
}
