import {
  atprotoLoopbackClientMetadata,
  buildAtprotoLoopbackClientMetadata,
  isOAuthClientIdLoopback,
  type OAuthClientMetadataInput,
} from '@atproto/oauth-client-node';
import type { Config } from '../../config/config.ts';

export type ClientMetadata = Readonly<OAuthClientMetadataInput>;

/**
 * Returns the OAuth client ID metadata document of this broker (atproto OAuth profile). Authorization servers fetch it
 * from an https broker, a confidential client. They derive it for a loopback broker, a public client, from its id.
 */
export function clientMetadata(config: Config, clientId?: string): ClientMetadata {
  // A loopback client's id contains its metadata, so the broker can act as any.
  if (clientId !== undefined && isOAuthClientIdLoopback(clientId))
    return atprotoLoopbackClientMetadata(clientId);
  if (config.client.kind === 'loopback') return loopbackMetadata(config, config.declaredScope);
  const { name, logoUri, tosUri, policyUri } = config.clientProfile;
  return {
    client_id: `${config.baseUrl}/oauth-client-metadata.json`,
    client_name: name,
    client_uri: config.baseUrl,
    ...(logoUri ? { logo_uri: logoUri } : {}),
    ...(tosUri ? { tos_uri: tosUri } : {}),
    ...(policyUri ? { policy_uri: policyUri } : {}),
    application_type: 'web',
    redirect_uris: [redirectUriOf(config)],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: config.declaredScope,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    dpop_bound_access_tokens: true,
    jwks_uri: `${config.baseUrl}/.well-known/jwks.json`,
  };
}

/** Returns the broker's client id. Every session is bound to the one of its own grant. */
export function clientIdOf(config: Config): string {
  return clientMetadata(config).client_id ?? '';
}

/**
 * Returns the client id for a request of `scope`, if that needs one of its own: a loopback client names in its id every
 * scope that it may request.
 */
export function clientIdFor(scope: string, config: Config): string | undefined {
  if (config.client.kind !== 'loopback') return undefined;
  const declared = config.declaredScope.split(' ');
  const more = scope.split(' ').filter(part => !declared.includes(part));
  return more.length === 0 ? undefined : loopbackMetadata(config, [...declared, ...more].join(' ')).client_id;
}

function loopbackMetadata(config: Config, scope: string): ClientMetadata {
  return buildAtprotoLoopbackClientMetadata({ scope, redirect_uris: [redirectUriOf(config)] });
}

function redirectUriOf({ baseUrl }: Config): string {
  return `${baseUrl}/oauth/callback`;
}
