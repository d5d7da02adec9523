import type { FastifyRequest } from 'fastify';

/** The request that a credential is shown with. */
export type CredentialUse = {
  readonly method: string;
  /** The target of the request line up to its query, with nothing decoded or rebuilt. */
  readonly path: string;
  /** The route that the router took it to, as `/api/sessions/:id`. */
  readonly route: string | undefined;
  /** What the router read for the route's placeholders, decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The address that it comes from. */
  readonly from: string;
};

export function credentialUseOf(request: FastifyRequest): CredentialUse {
  const [path = ''] = request.originalUrl.split('?', 1);
  return {
    method: request.method,
    path,
    route: request.routeOptions.url,
    params: request.params as CredentialUse['params'],
    from: request.ip,
  };
}
