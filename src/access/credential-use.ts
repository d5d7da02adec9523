import type { FastifyRequest } from 'fastify';

/** The request that presents a credential. */
export type CredentialUse = {
  readonly method: string;
  /** The target of the request line without its query, as it was sent. */
  readonly path: string;
  /** The pattern of its route, such as `/api/sessions/:id`. */
  readonly route: string | undefined;
  /** The values of the pattern's placeholders, decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The caller's IP address. */
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
