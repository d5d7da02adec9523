import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../errors/broker-error.ts';
import { SECURITY_HEADERS } from '../origins/security-headers.ts';
import { errorFormOf } from './error-form.ts';
import { findEarlyErrorPage } from './error-page.ts';
import { toErrorResponse } from './error-response.ts';
import { toOAuthErrorResponse } from './oauth-error.ts';

/**
 * Sends an error in the form of the folder that the request is for, or as a page to a browser if no route could.
 *
 * @param baseUrl the broker's own address, for the link that an error may carry
 */
export function sendError(
  error: BrokerError,
  request: FastifyRequest,
  reply: FastifyReply,
  baseUrl = '',
): void {
  const page = findEarlyErrorPage(error.code, request);
  if (page) {
    const { status, headers } = toErrorResponse(error);
    page(error.code, reply.code(status).headers(headers));
    return;
  }
  const form = errorFormOf(request);
  const { status, headers, body } =
    form === 'oauth' ? toOAuthErrorResponse(error) : toErrorResponse(error, baseUrl);
  if (form === 'marked') reply.header('latchkey-error', error.code);
  // No hook has set them if the router could not read the URL.
  if (!reply.hasHeader('content-security-policy')) reply.headers(SECURITY_HEADERS);
  void reply.code(status).headers(headers).send(body);
}
