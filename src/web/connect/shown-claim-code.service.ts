import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizedKeyRequest } from '../../api-keys/requests/key-request-authorizations.service.ts';
import { Config } from '../../config/config.ts';
import type { ClaimCodePage } from '../../login/claim-code-page.ts';
import { OwnRequestCookie } from '../account/new-key/own-request-cookie.service.ts';
import { ClaimCodeCookie } from './claim-code-cookie.service.ts';

/** Leads to the page of a claim code, or to the key itself if this browser requested it. */
@Injectable()
export class ShownClaimCode implements ClaimCodePage {
  constructor(
    private readonly config: Config,
    private readonly claimCodeCookie: ClaimCodeCookie,
    private readonly ownRequestCookie: OwnRequestCookie,
  ) {}

  send(authorized: AuthorizedKeyRequest, request: FastifyRequest, reply: FastifyReply): void {
    const { id, code } = authorized;
    const own = this.ownRequestCookie.find(id, request);
    if (own) {
      this.ownRequestCookie.set(reply, { ...own, code });
      void reply.redirect(`${this.config.basePath}/account/key-requests/${id}`, 303);
      return;
    }
    this.claimCodeCookie.set(reply, authorized);
    void reply.redirect(`${this.config.basePath}/connect/${id}/code`, 303);
  }
}
