import { Global, Module } from '@nestjs/common';
import { ClaimCodePage } from '../../login/claim-code-page.ts';
import { OwnRequestCookie } from '../account/new-key/own-request-cookie.service.ts';
import { Pages } from '../frame/pages.service.ts';
import { ShownClaimCode } from './shown-claim-code.service.ts';

/** Fills the port of the login; global, as the pages themselves stand on the login. */
@Global()
@Module({
  providers: [OwnRequestCookie, Pages, { provide: ClaimCodePage, useClass: ShownClaimCode }],
  exports: [ClaimCodePage, OwnRequestCookie, Pages],
})
export class ClaimCodeModule {}
