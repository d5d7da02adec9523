import { readFile } from 'node:fs/promises';
import { Controller, Get, Header, type OnModuleInit } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Allow } from '../http/allow.decorator.ts';

@ApiExcludeController()
@Controller('assets')
export class AssetsController implements OnModuleInit {
  private stylesheetText = '';

  async onModuleInit(): Promise<void> {
    this.stylesheetText = await readFile(new URL('latchkey.css', import.meta.url), 'utf8');
  }

  @Get('latchkey.css')
  @Allow('anyone')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'public, max-age=300')
  stylesheet(): string {
    return this.stylesheetText;
  }
}
