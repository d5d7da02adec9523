import { Controller, Get, Header, type OnModuleInit, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ClientLogo } from '../../identity/pictures/client-logo.service.ts';
import { readAsset } from './read-asset.ts';

const TYPES = {
  'latchkey.css': 'text/css; charset=utf-8',
  'keys.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'latchkey.js': 'text/javascript; charset=utf-8',
  'account-preview.js': 'text/javascript; charset=utf-8',
  'copy-buttons.js': 'text/javascript; charset=utf-8',
  'local-times.js': 'text/javascript; charset=utf-8',
} as const;

type Asset = { readonly type: string; readonly content: string };

/** Serves the files that pages load, and no others. */
@ApiExcludeController()
@Controller('assets')
export class AssetsController implements OnModuleInit {
  private readonly assets = new Map<string, Asset>();

  constructor(private readonly clientLogo: ClientLogo) {}

  async onModuleInit(): Promise<void> {
    for (const [name, type] of Object.entries(TYPES))
      this.assets.set(name, { type, content: await readAsset(name) });
  }

  /** The operator's logo, or the broker's icon while it cannot be fetched. */
  @Get('logo')
  @Allow('anyone')
  @Header('cache-control', 'public, max-age=300')
  async logo(@Res() reply: FastifyReply): Promise<void> {
    const logo = await this.clientLogo.find();
    if (logo) void reply.type(logo.type).send(logo.bytes);
    else this.asset('icon.svg', reply);
  }

  @Get(':name')
  @Allow('anyone')
  @Header('cache-control', 'public, max-age=300')
  asset(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const asset = this.assets.get(name);
    if (!asset) throw new BrokerError('NotFound', 'There is nothing here.');
    void reply.type(asset.type).send(asset.content);
  }
}
