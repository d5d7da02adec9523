import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizedKeyRequest } from '../../api-keys/requests/key-request-authorizations.service.ts';
import { Config } from '../../config/config.ts';
import type { ClaimCodePage } from '../../login/claim-code-page.ts';
import { KeyReadyPage } from '../account/new-key/key-ready-page.tsx';
import { OwnRequestCookie } from '../account/new-key/own-request-cookie.service.ts';
import { Pages } from '../frame/pages.service.ts';
import { ClaimCodeCookie } from './claim-code-cookie.service.ts';

/** Leads to the page of a claim code. If this browser requested the key, a button sends the code instead. */
@Injectable()
export class ShownClaimCode implements ClaimCodePage {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
    private readonly claimCodeCookie: ClaimCodeCookie,
    private readonly ownRequestCookie: OwnRequestCookie,
  ) {}

  send(authorized: AuthorizedKeyRequest, request: FastifyRequest, reply: FastifyReply): void {
    const { frame } = this.pages;
    if (this.ownRequestCookie.tokenFor(authorized.id, request) !== undefined) {
      // The page keeps the callback's address, which has secrets in its query.
      this.pages.send(reply, KeyReadyPage({ ...frame, request: authorized }), 'strict-origin');
      return;
    }
    this.claimCodeCookie.set(reply, authorized);
    void reply.redirect(`${this.config.basePath}/connect/${authorized.id}/code`, 303);
  }
}
