import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizedKeyRequest } from '../api-keys/requests/key-request-authorizations.service.ts';

/** A port that the pages implement: leads an account's owner to the claim code of the key that they have just authorized. */
export abstract class ClaimCodePage {
  /** @param request the request of the owner's browser, which may itself have requested the key */
  abstract send(authorized: AuthorizedKeyRequest, request: FastifyRequest, reply: FastifyReply): void;
}
