import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { BackgroundModule } from '../background/background.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { LoginModule } from '../login/login.module.ts';
import { NativeAppsModule } from '../native-apps/native-apps.module.ts';
import { OAuthModule } from '../oauth/oauth.module.ts';
import { OperatorSessionsModule } from '../operator-sessions/operator-sessions.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { UiSessionsModule } from '../ui-sessions/ui-sessions.module.ts';
import { AccountController } from './account/overview/account.controller.ts';
import { AccountOverview } from './account/overview/account-overview.service.ts';
import { KeyController } from './account/keys/key.controller.ts';
import { NewKeyController } from './account/new-key/new-key.controller.ts';
import { OwnKeys } from './account/keys/own-keys.service.ts';
import { AdminAuditEventsController } from './admin/audit-events/admin-audit-events.controller.ts';
import { AdminClientKeysController } from './admin/client-keys/admin-client-keys.controller.ts';
import { AdminController } from './admin/overview/admin.controller.ts';
import { AdminInstancesController } from './admin/instances/admin-instances.controller.ts';
import { AdminNativeAppsController } from './admin/native-apps/admin-native-apps.controller.ts';
import { AdminOverview } from './admin/overview/admin-overview.service.ts';
import { AdminSessionsController } from './admin/sessions/admin-sessions.controller.ts';
import { AssetsController } from './assets/assets.controller.ts';
import { ClaimCodeModule } from './connect/claim-code.module.ts';
import { ConnectController } from './connect/connect.controller.ts';
import { UnknownAddressFilter } from './frame/unknown-address.filter.tsx';
import { AvatarsController } from './sign-in/avatars.controller.ts';
import { LookupController } from './sign-in/lookup.controller.ts';
import { LookupLimit } from './sign-in/lookup-limit.service.ts';
import { SignInController } from './sign-in/sign-in.controller.ts';

@Module({
  imports: [
    ApiKeysModule,
    AuditModule,
    BackgroundModule,
    ClaimCodeModule,
    IdentityModule,
    LeasesModule,
    LoginModule,
    NativeAppsModule,
    OAuthModule,
    OperatorSessionsModule,
    SessionsModule,
    UiSessionsModule,
  ],
  controllers: [
    AccountController,
    AdminAuditEventsController,
    AdminClientKeysController,
    AdminController,
    AdminInstancesController,
    AdminNativeAppsController,
    AdminSessionsController,
    AssetsController,
    AvatarsController,
    ConnectController,
    // Before the page of a key, which would take `new` for its id.
    NewKeyController,
    KeyController,
    LookupController,
    SignInController,
  ],
  providers: [
    AccountOverview,
    AdminOverview,
    LookupLimit,
    OwnKeys,
    { provide: APP_FILTER, useClass: UnknownAddressFilter },
  ],
})
export class WebModule {}
