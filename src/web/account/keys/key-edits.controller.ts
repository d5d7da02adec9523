import { Body, Controller, Param, Post, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../../access/call-source.decorator.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { ApiKeyEdits } from '../../../api-keys/edits/api-key-edits.service.ts';
import { keyName } from '../../../api-keys/edits/key-name.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';

const renaming = z.object({ name: z.string().max(256) });

/** The forms of a key's page that lead back to it. */
@ApiExcludeController()
@Controller('account/keys')
@UseFilters(AccountErrorFilter)
export class KeyEditsController {
  constructor(
    private readonly config: Config,
    private readonly apiKeyEdits: ApiKeyEdits,
  ) {}

  @Post(':id/rename')
  @AllowOnPages('browser')
  async rename(
    @Param('id') id: string,
    @Body(new ZodPipe(renaming)) form: z.infer<typeof renaming>,
    @Caller() { did }: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const name = keyName.safeParse(form.name);
    if (!name.success) {
      this.leadBack(id, { problem: 'InvalidRequest' }, reply);
      return;
    }
    await this.apiKeyEdits.rename(id, did, name.data, by);
    this.leadBack(id, { done: 'renamed' }, reply);
  }

  @Post(':id/end-previous')
  @AllowOnPages('browser')
  async endPrevious(
    @Param('id') id: string,
    @Caller() { did }: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.apiKeyEdits.endPreviousSecret(id, did, by);
    this.leadBack(id, { done: 'previous-ended' }, reply);
  }

  private leadBack(id: string, query: Record<string, string>, reply: FastifyReply): void {
    const path = `${this.config.basePath}/account/keys/${encodeURIComponent(id)}`;
    void reply.redirect(`${path}?${new URLSearchParams(query)}`, 303);
  }
}
