import { isValidDid } from '@atproto/syntax';
import { Controller, Get, type OnModuleInit, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../../config/config.ts';
import { BrokerError } from '../../../errors/broker-error.ts';
import { Allow } from '../../../http/origins/allow.decorator.ts';
import { requireNoForeignPage } from '../../../http/origins/own-pages.ts';
import { ProfilePictures } from '../../../identity/pictures/profile-pictures.service.ts';
import { readAsset } from '../../assets/read-asset.ts';
import { LookupLimit } from './lookup-limit.service.ts';

/** Serves the pictures of accounts, so that pages load them from the broker only. */
@ApiExcludeController()
@Controller('avatars')
export class AvatarsController implements OnModuleInit {
  private silhouette = '';

  constructor(
    private readonly config: Config,
    private readonly profilePictures: ProfilePictures,
    private readonly lookupLimit: LookupLimit,
  ) {}

  async onModuleInit(): Promise<void> {
    this.silhouette = await readAsset('silhouette.svg');
  }

  @Get(':did')
  @Allow('anyone')
  async avatar(
    @Param('did') did: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireNoForeignPage(request.headers, [this.config.publicUrl.origin]);
    if (!isValidDid(did)) throw new BrokerError('NotFound', 'There is nothing here.');
    if (!this.profilePictures.isCached(did)) await this.lookupLimit.consume(request.ip);
    const picture = await this.profilePictures.find(did);
    const { type, bytes } = picture ?? { type: 'image/svg+xml', bytes: this.silhouette };
    void reply.header('cache-control', 'private, max-age=600').type(type).send(bytes);
  }
}
