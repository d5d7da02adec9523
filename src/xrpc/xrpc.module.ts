import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { XrpcController } from './xrpc.controller.ts';
import { XrpcService } from './xrpc.service.ts';

@Module({ imports: [SessionsModule], controllers: [XrpcController], providers: [XrpcService] })
export class XrpcModule {}
