import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { AssetsController } from './assets.controller.ts';
import { SignInController } from './sign-in.controller.ts';

@Module({ imports: [SessionsModule], controllers: [AssetsController, SignInController] })
export class WebModule {}
