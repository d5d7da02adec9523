import {
  atprotoLoopbackClientMetadata,
  buildAtprotoLoopbackClientMetadata,
  isOAuthClientIdLoopback,
  type OAuthClientMetadataInput,
} from '@atproto/oauth-client-node';
import type { Config } from '../../config/config.ts';

export type ClientMetadata = Readonly<OAuthClientMetadataInput>;

/**
 * Describes this broker to authorization servers (OAuth Client ID Metadata Document, atproto OAuth profile). An
 * https broker is a confidential client that they fetch this from; a loopback broker is a public one that they
 * derive from its client id.
 */
export function clientMetadata(config: Config, clientId?: string): ClientMetadata {
  // A loopback client's id says all there is to say about it, so an old one can still be spoken for.
  if (clientId !== undefined && isOAuthClientIdLoopback(clientId)) {
    return atprotoLoopbackClientMetadata(clientId);
  }
  const redirectUri = `${config.baseUrl}/oauth/callback`;
  if (config.client.kind === 'loopback') {
    return buildAtprotoLoopbackClientMetadata({ scope: config.scope, redirect_uris: [redirectUri] });
  }
  const { name, logoUri, tosUri, policyUri } = config.clientProfile;
  return {
    client_id: `${config.baseUrl}/oauth-client-metadata.json`,
    client_name: name,
    client_uri: config.baseUrl,
    ...(logoUri ? { logo_uri: logoUri } : {}),
    ...(tosUri ? { tos_uri: tosUri } : {}),
    ...(policyUri ? { policy_uri: policyUri } : {}),
    application_type: 'web',
    redirect_uris: [redirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: config.scope,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    dpop_bound_access_tokens: true,
    jwks_uri: `${config.baseUrl}/.well-known/jwks.json`,
  };
}

/** Returns the id this broker is known by to authorization servers; every session is bound to it. */
export function clientIdOf(config: Config): string {
  return clientMetadata(config).client_id ?? '';
}
