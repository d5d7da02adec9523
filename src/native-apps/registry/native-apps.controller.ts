import { Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { CallSource } from '../../access/call-source.decorator.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import { Config } from '../../config/config.ts';
import { Allow } from '../../http/origins/allow.decorator.ts';
import { ApiErrors } from '../../http/errors/api-errors.decorator.ts';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';
import { BodyOf } from '../../http/schemas/body-of.decorator.ts';
import { AppDoctor } from './app-doctor.service.ts';
import { type Diagnosis, diagnosis } from './metadata-checks.ts';
import {
  type NativeAppInput,
  nativeAppInput,
  type NativeAppChange,
  nativeAppChange,
} from './native-app-input.ts';
import { type NativeAppView, nativeAppView, toNativeAppView } from './native-app-view.ts';
import { NativeApps } from './native-apps.service.ts';

const nativeAppList = z.object({ nativeApps: z.array(nativeAppView) });

const appResponse = { description: 'The app.', schema: toOpenApiSchema(nativeAppView) };

@ApiTags('native apps')
@ApiSecurity('operator')
@ApiErrors('AuthenticationRequired', 'InvalidToken', 'Forbidden', 'DatabaseUnavailable')
@Controller('api/native-apps')
export class NativeAppsController {
  constructor(
    private readonly config: Config,
    private readonly nativeApps: NativeApps,
    private readonly appDoctor: AppDoctor,
  ) {}

  @Get()
  @Allow('operator')
  @ApiOperation({ operationId: 'listNativeApps', summary: 'The registered apps, by name' })
  @ApiOkResponse({ description: 'Every app.', schema: toOpenApiSchema(nativeAppList) })
  async list(): Promise<z.infer<typeof nativeAppList>> {
    return { nativeApps: (await this.nativeApps.list()).map(app => toNativeAppView(app, this.config)) };
  }

  @Post()
  @HttpCode(201)
  @Allow('operator')
  @ApiOperation({
    operationId: 'addNativeApp',
    summary: 'Register an app',
    description:
      'With the clientId of one that hosts its client metadata itself, or with metadata to host here.',
  })
  @ApiCreatedResponse(appResponse)
  @ApiErrors('InvalidRequest', 'AppExists', 'PublicClient')
  async add(
    @BodyOf(nativeAppInput) input: NativeAppInput,
    @CallSource() by: AuditSource,
  ): Promise<NativeAppView> {
    return toNativeAppView(await this.nativeApps.add(input, by), this.config);
  }

  @Get(':name')
  @Allow('operator')
  @ApiOperation({ operationId: 'getNativeApp', summary: 'One app' })
  @ApiOkResponse(appResponse)
  @ApiErrors('NotFound')
  async get(@Param('name') name: string): Promise<NativeAppView> {
    return toNativeAppView(await this.nativeApps.get(name), this.config);
  }

  @Patch(':name')
  @Allow('operator')
  @ApiOperation({ operationId: 'changeNativeApp', summary: 'Change what may be changed of an app' })
  @ApiOkResponse(appResponse)
  @ApiErrors('InvalidRequest', 'NotFound', 'AppChanged')
  async change(
    @Param('name') name: string,
    @BodyOf(nativeAppChange) change: NativeAppChange,
    @CallSource() by: AuditSource,
  ): Promise<NativeAppView> {
    return toNativeAppView(await this.nativeApps.change(name, change, by), this.config);
  }

  @Post(':name/pause')
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'pauseNativeApp', summary: 'Sign nothing for an app until it is resumed' })
  @ApiOkResponse(appResponse)
  @ApiErrors('NotFound', 'AppChanged')
  async pause(@Param('name') name: string, @CallSource() by: AuditSource): Promise<NativeAppView> {
    return toNativeAppView(await this.nativeApps.pause(name, by), this.config);
  }

  @Post(':name/resume')
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({ operationId: 'resumeNativeApp', summary: 'Sign for a paused app again' })
  @ApiOkResponse(appResponse)
  @ApiErrors('NotFound', 'AppChanged')
  async resume(@Param('name') name: string, @CallSource() by: AuditSource): Promise<NativeAppView> {
    return toNativeAppView(await this.nativeApps.resume(name, by), this.config);
  }

  @Delete(':name')
  @HttpCode(204)
  @Allow('operator')
  @ApiOperation({
    operationId: 'removeNativeApp',
    summary: 'Remove a paused app with its keys; its sessions end for good',
  })
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiErrors('NotFound', 'AppActive')
  remove(@Param('name') name: string, @CallSource() by: AuditSource): Promise<void> {
    return this.nativeApps.remove(name, by);
  }

  @Get(':name/doctor')
  @Allow('operator')
  @ApiOperation({
    operationId: 'diagnoseNativeApp',
    summary: "Read an app's client metadata and keys as an issuer would, and say what is wrong",
  })
  @ApiOkResponse({ description: 'What was looked at.', schema: toOpenApiSchema(diagnosis) })
  @ApiErrors('NotFound')
  async diagnose(@Param('name') name: string): Promise<Diagnosis> {
    return this.appDoctor.examine(await this.nativeApps.get(name));
  }
}
