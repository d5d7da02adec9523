import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthorizedKeyRequest } from '../api-keys/key-request-authorizations.service.ts';
import { Config } from '../config/config.ts';
import type { ClaimCodePage } from '../login/claim-code-page.ts';
import { ClaimCodeView } from './claim-code-view.tsx';
import { sendPage } from './render-page.ts';

/** Shows a claim code as a page. */
@Injectable()
export class ShownClaimCode implements ClaimCodePage {
  constructor(private readonly config: Config) {}

  send({ name, code, expiresAt }: AuthorizedKeyRequest, reply: FastifyReply): void {
    const { basePath, clientProfile } = this.config;
    const view = { basePath, brokerName: clientProfile.name, name, code, expiresAt };
    // The address of this page is that of the callback.
    sendPage(reply, ClaimCodeView(view), 'no-referrer');
  }
}
