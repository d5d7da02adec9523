import type { FastifyRequest } from 'fastify';

/** The sender of a request. */
export type CallSender = {
  /** The caller's IP address. */
  readonly from: string;
  /** The header as it was sent. */
  readonly userAgent?: string | undefined;
};

/** The request that presents a credential. */
export type CredentialUse = CallSender & {
  readonly method: string;
  /** The target of the request line without its query, as it was sent. */
  readonly path: string;
  /** The pattern of its route, such as `/api/sessions/:id`. */
  readonly route: string | undefined;
  /** The values of the pattern's placeholders, decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
};

export function callSenderOf({ ip, headers }: FastifyRequest): CallSender {
  return { from: ip, userAgent: headers['user-agent'] };
}

export function credentialUseOf(request: FastifyRequest): CredentialUse {
  const [path = ''] = request.originalUrl.split('?', 1);
  return {
    method: request.method,
    path,
    route: request.routeOptions.url,
    params: request.params as CredentialUse['params'],
    from: request.ip,
    userAgent: request.headers['user-agent'],
  };
}
