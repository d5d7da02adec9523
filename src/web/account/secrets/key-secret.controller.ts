import { Body, Controller, HttpCode, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { Config } from '../../../config/config.ts';
import { isApiKeySecret } from '../../../crypto/api-key-secret.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
import { dotEnv } from './code-samples.ts';
import { KeySecretPage } from './key-secret-page.tsx';
import { KeyTrial } from './key-trial.service.ts';

/** The page sends the secret that it shows: the broker has only its digest. */
const shownSecret = z.object({ secret: z.string().refine(isApiKeySecret) });

/** The buttons of a page that shows a secret. */
@ApiExcludeController()
@Controller('account/keys')
@UseFilters(AccountErrorFilter)
export class KeySecretController {
  constructor(
    private readonly config: Config,
    private readonly keyTrial: KeyTrial,
    private readonly pages: Pages,
  ) {}

  @Post(':id/try')
  @HttpCode(200)
  @AllowOnPages('browser')
  async tryKey(
    @Param('id') id: string,
    @Body(new ZodPipe(shownSecret)) { secret }: z.infer<typeof shownSecret>,
    @Caller() caller: BrowserPrincipal,
    @Req() { ip }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const listed = await this.keyTrial.getKey(id, secret, caller, ip);
    const trial = await this.keyTrial.tryKey(listed);
    const { scope, key } = listed;
    const issued = { id: key.id, did: key.did, name: key.name, scope, secret };
    const { baseUrl } = this.config;
    this.pages.send(reply, KeySecretPage({ ...this.pages.frame, baseUrl, issued, trial }));
  }

  @Post(':id/env')
  @HttpCode(200)
  @AllowOnPages('browser')
  async download(
    @Param('id') id: string,
    @Body(new ZodPipe(shownSecret)) { secret }: z.infer<typeof shownSecret>,
    @Caller() caller: BrowserPrincipal,
    @Req() { ip }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { key } = await this.keyTrial.getKey(id, secret, caller, ip);
    void reply
      .header('content-disposition', 'attachment; filename="latchkey.env"')
      .type('text/plain; charset=utf-8')
      .send(dotEnv({ baseUrl: this.config.baseUrl, did: key.did }, secret));
  }
}
