import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { describeTopics, type DescribedTopic } from '../../http/operator/described-routes.ts';
import { OpenApiDescription } from '../../http/operator/openapi-description.service.ts';
import { AllowOnPages } from '../../http/origins/allow.decorator.ts';
import { Pages } from '../frame/pages.service.ts';
import { DocsPage } from './docs-page.tsx';

/** The page that shows the OpenAPI description to people. */
@ApiExcludeController()
@Controller('docs')
export class DocsController {
  private topics: readonly DescribedTopic[] | undefined;

  constructor(
    private readonly openApiDescription: OpenApiDescription,
    private readonly pages: Pages,
  ) {}

  @Get()
  @AllowOnPages('anyone')
  async page(@Res() reply: FastifyReply): Promise<void> {
    this.topics ??= describeTopics(await this.openApiDescription.get());
    this.pages.send(reply, DocsPage({ ...this.pages.frame, topics: this.topics }));
  }
}
