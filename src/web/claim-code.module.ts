import { Global, Module } from '@nestjs/common';
import { ClaimCodePage } from '../login/claim-code-page.ts';
import { ShownClaimCode } from './shown-claim-code.ts';

/** Fills the port of the login; global, as the pages themselves stand on the login. */
@Global()
@Module({
  providers: [{ provide: ClaimCodePage, useClass: ShownClaimCode }],
  exports: [ClaimCodePage],
})
export class ClaimCodeModule {}
