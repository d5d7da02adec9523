import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizedKeyRequest } from '../../api-keys/requests/key-request-authorizations.service.ts';
import type { ClaimCodePage } from '../../login/claim-code-page.ts';
import { KeyReadyPage } from '../account/new-key/key-ready-page.tsx';
import { OwnRequestCookie } from '../account/new-key/own-request-cookie.service.ts';
import { Pages } from '../frame/pages.service.ts';
import { ClaimCodeView } from './claim-code-view.tsx';

/** Shows a claim code as a page. If this browser requested the key, a button sends the code instead. */
@Injectable()
export class ShownClaimCode implements ClaimCodePage {
  constructor(
    private readonly pages: Pages,
    private readonly ownRequestCookie: OwnRequestCookie,
  ) {}

  send(authorized: AuthorizedKeyRequest, request: FastifyRequest, reply: FastifyReply): void {
    const { frame } = this.pages;
    // Both pages keep the callback's address, which has secrets in its query.
    if (this.ownRequestCookie.tokenFor(authorized.id, request) !== undefined)
      this.pages.send(reply, KeyReadyPage({ ...frame, request: authorized }), 'strict-origin');
    else this.pages.send(reply, ClaimCodeView({ ...frame, ...authorized }), 'no-referrer');
  }
}
