import { Body, Controller, Get, HttpCode, Ip, Param, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CallSource } from '../../../access/call-source.decorator.ts';
import { Caller } from '../../../access/caller.decorator.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { clientNetworkOf } from '../../../api-keys/usage/client-network.ts';
import { KeyUsage } from '../../../api-keys/usage/key-usage.service.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { Config } from '../../../config/config.ts';
import { AllowOnPages } from '../../../http/origins/allow.decorator.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { Pages } from '../../frame/pages.service.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
import { graces } from './key-forms.tsx';
import { KeyPage } from './key-page.tsx';
import { KeySecretPage } from '../secrets/key-secret-page.tsx';
import { LostKeyReasons } from './lost-key-reasons.service.ts';
import { OwnKeys } from './own-keys.service.ts';
import { toShownKey } from './shown-key.ts';

const shown = z.string().max(64).optional().catch(undefined);
const query = z.object({ done: shown, problem: shown });
const rotation = z.object({ start: z.string().max(12), grace: z.enum(graces) });

/** The page of one key, where its owner replaces or revokes it. */
@ApiExcludeController()
@Controller('account/keys')
@UseFilters(AccountErrorFilter)
export class KeyController {
  constructor(
    private readonly config: Config,
    private readonly ownKeys: OwnKeys,
    private readonly lostKeyReasons: LostKeyReasons,
    private readonly keyUsage: KeyUsage,
    private readonly pages: Pages,
  ) {}

  @Get(':id')
  @AllowOnPages('browser')
  async page(
    @Param('id') id: string,
    @Query(new ZodPipe(query)) shown: z.infer<typeof query>,
    @Caller() caller: BrowserPrincipal,
    @Ip() from: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const listed = await this.ownKeys.get(id, caller);
    const lost = await this.lostKeyReasons.explain([listed]);
    const use = { days: await this.keyUsage.listDays(listed.key.id), ownNetwork: clientNetworkOf(from) };
    const view = { ...this.pages.frame, apiKey: toShownKey(listed), lost, ...use, ...shown };
    this.pages.send(reply, KeyPage(view));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @AllowOnPages('browser')
  async rotate(
    @Param('id') id: string,
    @Body(new ZodPipe(rotation)) { start, grace }: z.infer<typeof rotation>,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const graceSeconds = Number(grace);
    const issued = await this.ownKeys.rotate(id, { start, graceSeconds }, caller, by);
    const { baseUrl } = this.config;
    this.pages.send(reply, KeySecretPage({ ...this.pages.frame, baseUrl, issued, graceSeconds }));
  }

  @Post(':id/revoke')
  @AllowOnPages('browser')
  async revoke(
    @Param('id') id: string,
    @Caller() caller: BrowserPrincipal,
    @CallSource() by: AuditSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.ownKeys.revoke(id, caller, by);
    void reply.redirect(`${this.config.basePath}/account?done=key-revoked`, 303);
  }
}
