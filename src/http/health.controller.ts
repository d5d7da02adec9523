import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { sql } from 'kysely';
import { Database } from '../database/database.ts';
import { Allow } from './allow.decorator.ts';

type Health = { readonly status: 'ok' };

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(private readonly database: Database) {}

  @Get('livez')
  @Allow('anyone')
  @ApiOkResponse({ description: 'The process runs.' })
  live(): Health {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Allow('anyone')
  @ApiOkResponse({ description: 'The broker can serve requests.' })
  @ApiServiceUnavailableResponse({ description: 'The database does not answer.' })
  async ready(): Promise<Health> {
    await sql`select 1`.execute(this.database);
    return { status: 'ok' };
  }
}
