import { Controller, Get, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Caller } from '../../access/caller.decorator.ts';
import type { Principal } from '../../access/principal.ts';
import { Config } from '../../config/config.ts';
import type { ErrorCode } from '../../errors/error-code.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../http/schemas/zod.pipe.ts';
import { parseReturnTo } from '../../login/return-to.ts';
import { VerifiedHandles } from '../../identity/handles/verified-handles.service.ts';
import { Pages } from '../frame/pages.service.ts';
import { EndedSignIn } from './ended-sign-in.service.ts';
import { siteOf } from './return-site.ts';
import { SignInErrorFilter } from './sign-in-error.filter.ts';
import { SignInPage } from './sign-in-page.tsx';
import type { SignedInAccount } from './sign-in-view.ts';

/** Invalid parameters are ignored, so that a person always gets the page. */
const shown = z.string().max(2048).optional().catch(undefined);
const query = z.object({
  identifier: shown,
  return_to: shown,
  prompt: z.enum(['consent']).optional().catch(undefined),
  problem: shown,
  done: shown,
  switch: shown,
});

type SignInQuery = z.infer<typeof query>;

/** The sign-in page, at `/`. */
@ApiExcludeController()
@Controller()
@UseFilters(SignInErrorFilter)
export class SignInController {
  constructor(
    private readonly config: Config,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly endedSignIn: EndedSignIn,
    private readonly pages: Pages,
  ) {}

  @Get()
  @Allow('anyone', 'browser')
  async page(
    @Query(new ZodPipe(query)) asked: SignInQuery,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { return_to: returnTo, prompt, done } = asked;
    const account = await this.accountOf(caller);
    const suspension = await this.suspensionOf(caller);
    const { identifier = suspension.identifier, problem = suspension.problem } = asked;
    const isBare = [identifier, returnTo, problem, asked.switch].every(value => value === undefined);
    if (account && isBare) return void reply.redirect(this.accountUrl(done), 303);
    const goOn = this.goOnTo(returnTo);
    const site = siteOf(returnTo, this.config);
    const isTold = caller.kind !== 'anonymous' || problem !== undefined || done !== undefined;
    const end = isTold ? undefined : await this.endedSignIn.explain(request);
    const asks = { identifier, returnTo, site, prompt, goOn };
    this.pages.send(reply, SignInPage({ ...this.pages.frame, ...asks, account, problem, done, end }));
  }

  private async accountOf(caller: Principal): Promise<SignedInAccount | undefined> {
    if (caller.kind !== 'browser') return undefined;
    return { did: caller.did, handle: await this.verifiedHandles.find(caller.did) };
  }

  /** Returns what a person sees whose session is suspended: the problem, and their own handle in the form. */
  private async suspensionOf(caller: Principal): Promise<Pick<SignInQuery, 'identifier' | 'problem'>> {
    if (caller.kind !== 'suspended-browser') return {};
    const identifier = (await this.verifiedHandles.find(caller.did)) ?? caller.did;
    return { identifier, problem: 'SessionSuspended' satisfies ErrorCode };
  }

  private accountUrl(done?: string): string {
    const query = done === undefined ? '' : `?${new URLSearchParams({ done })}`;
    return `${this.config.basePath}/account${query}`;
  }

  /** Returns `returnTo` if a login may lead there too, or else the account's page. */
  private goOnTo(returnTo: string | undefined): string {
    if (returnTo === undefined) return this.accountUrl();
    try {
      return parseReturnTo(returnTo, this.config);
    } catch {
      return this.accountUrl();
    }
  }
}
