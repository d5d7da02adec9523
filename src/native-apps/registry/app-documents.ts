import type { Config } from '../../config/config.ts';
import type { NativeApp } from './native-app.ts';

type Place = Pick<Config, 'baseUrl'>;

/** Where the client metadata of an app are that the broker hosts: its client id. */
export function hostedClientId({ baseUrl }: Place, name: string): string {
  return `${baseUrl}/native/apps/${name}/oauth-client-metadata.json`;
}

/** What the client metadata of every app have to name as their `jwks_uri`. */
export function jwksUriOf({ baseUrl }: Place, name: string): string {
  return `${baseUrl}/native/apps/${name}/jwks.json`;
}

/** What client metadata must say of a confidential native app, wherever they are hosted. */
export function requiredMetadata(place: Place, { name, clientId }: Pick<NativeApp, 'name' | 'clientId'>) {
  return {
    client_id: clientId,
    application_type: 'web',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    dpop_bound_access_tokens: true,
    jwks_uri: jwksUriOf(place, name),
  } as const;
}

/** The client metadata document of an app (OAuth Client ID Metadata Document); none where the app hosts it itself. */
export function clientMetadataOf(place: Place, app: NativeApp): object | undefined {
  const { metadata } = app;
  if (!metadata) return undefined;
  const { clientName, clientUri, logoUri, tosUri, policyUri, redirectUris, scope } = metadata;
  return {
    ...requiredMetadata(place, app),
    client_name: clientName,
    ...(clientUri !== undefined && { client_uri: clientUri }),
    ...(logoUri !== undefined && { logo_uri: logoUri }),
    ...(tosUri !== undefined && { tos_uri: tosUri }),
    ...(policyUri !== undefined && { policy_uri: policyUri }),
    redirect_uris: redirectUris,
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope,
  };
}
