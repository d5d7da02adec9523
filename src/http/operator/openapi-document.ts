import type { Config } from '../../config/config.ts';

/** An OpenAPI document, of which only the fields that depend on the settings are named. */
export type OpenApiDocument = {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, object>>;
  readonly components: {
    readonly securitySchemes: { readonly browser: { readonly name: string } };
  };
};

const METRICS = '/metrics';

/**
 * Returns the document of a broker with these settings.
 *
 * @param stored the document of a broker with default settings, which `npm run docs` writes
 */
export function toOwnDocument(
  stored: OpenApiDocument,
  { publicUrl, basePath, cookie, metricsListen }: Config,
): OpenApiDocument {
  const { securitySchemes } = stored.components;
  const own = Object.entries(stored.paths).filter(([path]) => path !== METRICS || !metricsListen);
  return {
    ...stored,
    servers: [{ url: publicUrl.origin }],
    paths: Object.fromEntries(own.map(([path, item]) => [`${basePath}${path}`, item])),
    components: {
      ...stored.components,
      securitySchemes: { ...securitySchemes, browser: { ...securitySchemes.browser, name: cookie.name } },
    },
  };
}
