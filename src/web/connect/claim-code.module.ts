import { Global, Module } from '@nestjs/common';
import { ClaimCodePage } from '../../login/claim-code-page.ts';
import { OwnRequestCookie } from '../account/new-key/own-request-cookie.service.ts';
import { Pages } from '../frame/pages.service.ts';
import { ShownClaimCode } from './shown-claim-code.service.ts';

/** Provides the page that the login module's port needs. Global, because the pages import the login module. */
@Global()
@Module({
  providers: [OwnRequestCookie, Pages, { provide: ClaimCodePage, useClass: ShownClaimCode }],
  exports: [ClaimCodePage, OwnRequestCookie, Pages],
})
export class ClaimCodeModule {}
