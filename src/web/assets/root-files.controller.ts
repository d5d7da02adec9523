import { Controller, Get, Header, type OnModuleInit, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { readAsset } from './read-asset.ts';

/** Every page belongs to one account or is a form, so search engines stay away (RFC 9309). */
const ROBOTS = 'User-agent: *\nDisallow: /\n';

/** Serves the files that browsers and crawlers ask every site for. */
@ApiExcludeController()
@Controller()
export class RootFilesController implements OnModuleInit {
  private icon = '';

  async onModuleInit(): Promise<void> {
    this.icon = await readAsset('icon.svg');
  }

  @Get('robots.txt')
  @Allow('anyone')
  @Header('cache-control', 'public, max-age=300')
  robots(@Res() reply: FastifyReply): void {
    void reply.type('text/plain; charset=utf-8').send(ROBOTS);
  }

  /** For what shows no page, such as a tab with JSON: a page names its icon itself. */
  @Get('favicon.ico')
  @Allow('anyone')
  @Header('cache-control', 'public, max-age=300')
  favicon(@Res() reply: FastifyReply): void {
    void reply.type('image/svg+xml').send(this.icon);
  }
}
