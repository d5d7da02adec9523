import type { Did } from '../../src/database/tables/did.ts';
import { didOfHandle, handleOf, isFakeDid } from './fake-accounts.ts';

/** Returns the documents at an origin that is PLC directory, PDS and issuer of all fake accounts. */
export function documentAt(url: URL): object | undefined {
  const { origin, pathname, searchParams } = url;
  if (pathname === '/xrpc/com.atproto.identity.resolveHandle')
    return { did: didOfHandle(searchParams.get('handle') ?? '') };
  const did = decodeURIComponent(pathname.slice(1));
  return isFakeDid(did) ? didDocument(did, origin) : issuerDocumentAt(url);
}

/** Returns authorization server metadata (RFC 8414) or protected resource metadata (RFC 9728), undefined at other paths. */
export function issuerDocumentAt({ origin, pathname }: URL): object | undefined {
  switch (pathname) {
    case '/.well-known/oauth-protected-resource':
      return { resource: origin, authorization_servers: [origin] };
    case '/.well-known/oauth-authorization-server':
      return issuerMetadata(origin);
  }
  return undefined;
}

function issuerMetadata(origin: string): object {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    revocation_endpoint: `${origin}/revoke`,
    pushed_authorization_request_endpoint: `${origin}/par`,
    require_pushed_authorization_requests: true,
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['atproto', 'transition:generic'],
    token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256'],
    dpop_signing_alg_values_supported: ['ES256'],
  };
}

export function didDocument(did: Did, pds: string): object {
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    alsoKnownAs: [`at://${handleOf(did)}`],
    verificationMethod: [],
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: pds }],
  };
}
