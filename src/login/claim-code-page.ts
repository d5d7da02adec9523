import type { FastifyReply } from 'fastify';
import type { AuthorizedKeyRequest } from '../api-keys/key-request-authorizations.service.ts';

/** A port that the pages fill: shows the owner of an account the code of the key that they have just authorized. */
export abstract class ClaimCodePage {
  abstract send(request: AuthorizedKeyRequest, reply: FastifyReply): void;
}
