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
import { BrowsersController } from './account/browsers/browsers.controller.ts';
import { KeyEditsController } from './account/keys/key-edits.controller.ts';
import { KeyController } from './account/keys/key.controller.ts';
import { LostKeyReasons } from './account/keys/lost-key-reasons.service.ts';
import { NamedReconnections } from './account/keys/named-reconnections.service.ts';
import { NamedSessionsCookie } from './account/keys/named-sessions-cookie.service.ts';
import { OwnKeys } from './account/keys/own-keys.service.ts';
import { ReconnectKeysController } from './account/keys/reconnect-keys.controller.ts';
import { KeySecretController } from './account/secrets/key-secret.controller.ts';
import { KeyTrial } from './account/secrets/key-trial.service.ts';
import { NewKeyController } from './account/new-key/new-key.controller.ts';
import { OwnKeyAuthorizations } from './account/new-key/own-key-authorizations.service.ts';
import { OwnKeyController } from './account/new-key/own-key.controller.ts';
import { OwnKeyRequests } from './account/new-key/own-key-requests.service.ts';
import { AccountOverview } from './account/overview/account-overview.service.ts';
import { AccountController } from './account/overview/account.controller.ts';
import { AdminAuditEventsController } from './admin/audit-events/admin-audit-events.controller.ts';
import { AdminClientKeysController } from './admin/client-keys/admin-client-keys.controller.ts';
import { AdminInstancesController } from './admin/instances/admin-instances.controller.ts';
import { AdminNativeAppsController } from './admin/native-apps/admin-native-apps.controller.ts';
import { AdminOverviewController } from './admin/overview/admin-overview.controller.ts';
import { AdminOverview } from './admin/overview/admin-overview.service.ts';
import { AdminSessionsController } from './admin/sessions/admin-sessions.controller.ts';
import { SessionKeyUses } from './admin/sessions/session-key-uses.service.ts';
import { AdminSignInController } from './admin/sign-in/admin-sign-in.controller.ts';
import { AssetsController } from './assets/assets.controller.ts';
import { RootFilesController } from './assets/root-files.controller.ts';
import { ClaimCodeModule } from './connect/claim-code.module.ts';
import { ClaimCodeController } from './connect/claim-code.controller.ts';
import { ConnectController } from './connect/connect.controller.ts';
import { DocsController } from './docs/docs.controller.ts';
import { UnknownAddressFilter } from './errors/unknown-address.filter.tsx';
import { ErrorPages } from './errors/error-pages.service.tsx';
import { AvatarsController } from './sign-in/lookups/avatars.controller.ts';
import { EndedSignIn } from './sign-in/ended-sign-in.service.ts';
import { LookupLimit } from './sign-in/lookups/lookup-limit.service.ts';
import { LookupController } from './sign-in/lookups/lookup.controller.ts';
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
    AdminInstancesController,
    AdminNativeAppsController,
    AdminOverviewController,
    AdminSessionsController,
    AdminSignInController,
    AssetsController,
    AvatarsController,
    BrowsersController,
    ClaimCodeController,
    ConnectController,
    DocsController,
    KeyController,
    KeyEditsController,
    KeySecretController,
    LookupController,
    NewKeyController,
    OwnKeyController,
    ReconnectKeysController,
    RootFilesController,
    SignInController,
  ],
  providers: [
    AccountOverview,
    AdminOverview,
    EndedSignIn,
    LookupLimit,
    KeyTrial,
    LostKeyReasons,
    NamedReconnections,
    NamedSessionsCookie,
    OwnKeyAuthorizations,
    OwnKeyRequests,
    OwnKeys,
    SessionKeyUses,
    ErrorPages,
    { provide: APP_FILTER, useClass: UnknownAddressFilter },
  ],
})
export class WebModule {}
