import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Caller } from '../access/caller.decorator.ts';
import type { Principal } from '../access/principal.ts';
import { Config } from '../config/config.ts';
import { Allow } from '../http/allow.decorator.ts';
import { ZodPipe } from '../http/zod.pipe.ts';
import { Sessions } from '../sessions/sessions.service.ts';
import { sendPage } from './render-page.ts';
import { SignInPage, type SignInView } from './sign-in-page.tsx';

/** A person gets the page, whatever is wrong with its address. */
const shown = z.string().max(2048).optional().catch(undefined);
const prompt = z.enum(['consent']).optional().catch(undefined);
const query = z.object({ identifier: shown, return_to: shown, prompt, problem: shown });

@ApiExcludeController()
@Controller()
export class SignInController {
  constructor(
    private readonly config: Config,
    private readonly sessions: Sessions,
  ) {}

  @Get()
  @Allow('anyone', 'browser')
  async page(
    @Query(new ZodPipe(query)) { identifier, return_to, prompt, problem }: z.infer<typeof query>,
    @Caller() caller: Principal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { basePath, clientProfile } = this.config;
    const account = await this.accountOf(caller);
    sendPage(
      reply,
      SignInPage({
        basePath,
        brokerName: clientProfile.name,
        account,
        identifier,
        returnTo: return_to,
        prompt,
        problem,
      }),
    );
  }

  private async accountOf(caller: Principal): Promise<SignInView['account']> {
    if (caller.kind !== 'browser') return undefined;
    const session = await this.sessions.find(caller.sessionId);
    return { did: caller.did, handle: session?.handle ?? null };
  }
}
