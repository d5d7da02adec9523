import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Did } from '../../../database/tables/did.ts';
import { Config } from '../../../config/config.ts';
import { BrokerError } from '../../../errors/broker-error.ts';
import { Allow } from '../../../http/origins/allow.decorator.ts';
import { requireNoForeignPage } from '../../../http/origins/own-pages.ts';
import { ZodPipe } from '../../../http/schemas/zod.pipe.ts';
import { IdentityService } from '../../../identity/resolution/identity.service.ts';
import { LookupLimit } from './lookup-limit.service.ts';
import { type TypingHint, typingHint } from './typing-hint.ts';

const query = z.object({ identifier: z.string().max(2048) });

/** An account as the sign-in page previews it. */
type ShownAccount = { did: Did; handle: string | null; server: string; picture: string };

/** Looks up the account of a handle for the sign-in page. An unknown handle is no error, as it may be half typed. */
@ApiExcludeController()
@Controller('lookup')
export class LookupController {
  constructor(
    private readonly config: Config,
    private readonly identityService: IdentityService,
    private readonly lookupLimit: LookupLimit,
  ) {}

  @Get()
  @Allow('anyone')
  async lookUp(
    @Query(new ZodPipe(query)) { identifier }: z.infer<typeof query>,
    @Req() { headers, ip }: FastifyRequest,
  ): Promise<{ account: ShownAccount | null; hint?: TypingHint }> {
    requireNoForeignPage(headers, [this.config.publicUrl.origin]);
    await this.lookupLimit.consume(ip);
    const hint = typingHint(identifier);
    return hint === undefined ? { account: await this.find(identifier) } : { account: null, hint };
  }

  private async find(identifier: string): Promise<ShownAccount | null> {
    try {
      const { did, handle = null, pds } = await this.identityService.resolve(identifier);
      const picture = `${this.config.basePath}/avatars/${encodeURIComponent(did)}`;
      return { did, handle, server: new URL(pds).host, picture };
    } catch (error) {
      if (error instanceof BrokerError) return null;
      throw error;
    }
  }
}
