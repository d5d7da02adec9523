import { Global, Module } from '@nestjs/common';
import { ClaimCodePage } from '../../login/claim-code-page.ts';
import { OwnRequestCookie } from '../account/new-key/own-request-cookie.service.ts';
import { Pages } from '../frame/pages.service.ts';
import { LoginProblemPage } from '../../login/login-problem-page.ts';
import { ShownLoginProblem } from '../sign-in/shown-login-problem.service.ts';
import { ClaimCodeCookie } from './claim-code-cookie.service.ts';
import { ShownClaimCode } from './shown-claim-code.service.ts';

/** Provides the pages that the login module's ports need. Global, because the pages import the login module. */
@Global()
@Module({
  providers: [
    ClaimCodeCookie,
    OwnRequestCookie,
    Pages,
    { provide: ClaimCodePage, useClass: ShownClaimCode },
    { provide: LoginProblemPage, useClass: ShownLoginProblem },
  ],
  exports: [ClaimCodeCookie, ClaimCodePage, LoginProblemPage, OwnRequestCookie, Pages],
})
export class ClaimCodeModule {}
