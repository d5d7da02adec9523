import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizedKeyRequest } from '../api-keys/requests/key-request-authorizations.service.ts';

/** A port that the pages fill: shows the owner of an account the code of the key that they have just authorized. */
export abstract class ClaimCodePage {
  /** @param request the request of the owner's browser, which may have asked for the key itself */
  abstract send(authorized: AuthorizedKeyRequest, request: FastifyRequest, reply: FastifyReply): void;
}
