import type { Config } from '../../config/config.ts';
import type { NativeApp } from './native-app.ts';

type Place = Pick<Config, 'baseUrl'>;

/** Returns the client id of an app whose client metadata the broker hosts: the URL of that document. */
export function hostedClientId({ baseUrl }: Place, name: string): string {
  return `${baseUrl}/native/apps/${name}/oauth-client-metadata.json`;
}

/** Returns the `jwks_uri` that the client metadata of every app must have. */
export function jwksUriOf({ baseUrl }: Place, name: string): string {
  return `${baseUrl}/native/apps/${name}/jwks.json`;
}

/** Returns the members that the client metadata of a confidential native app must have, wherever they are hosted. */
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

/** Returns the client metadata of an app (OAuth Client ID Metadata Document), or undefined if the app hosts them itself. */
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
