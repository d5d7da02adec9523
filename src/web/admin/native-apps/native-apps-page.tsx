import type { VNode } from 'preact';
import type { NativeAppView } from '../../../native-apps/registry/native-app-view.ts';
import { Badge } from '../../frame/badge.tsx';
import { Facts } from '../../frame/facts.tsx';
import { NextPage } from '../../frame/next-page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { Time } from '../../frame/time.tsx';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from '../frame/admin-frame.tsx';
import { Commands } from '../frame/commands.tsx';

const COMMANDS = ['apps add NAME', 'apps change NAME', 'apps pause NAME'];

export type NativeAppsView = Frame & {
  readonly apps: readonly NativeAppView[];
  readonly cursor: string | undefined;
};

/** The native apps that the broker adds client authentication for. */
export function NativeAppsPage(view: NativeAppsView): VNode {
  const { basePath, apps, cursor } = view;
  return (
    <AdminFrame {...view} section="nativeApps">
      <div class="title">
        <h1>{texts.nativeApps}</h1>
        <p>{texts.nativeAppsLead}</p>
      </div>
      {apps.length === 0 ? (
        <p class="empty">{texts.noNativeApps}</p>
      ) : (
        <ul class="rows">
          {apps.map(app => (
            <NativeAppRow key={app.id} app={app} />
          ))}
        </ul>
      )}
      <NextPage path={`${basePath}/admin/native-apps`} cursor={cursor} />
      <Commands lead={texts.nativeAppsChange} commands={COMMANDS} />
    </AdminFrame>
  );
}

function NativeAppRow({ app }: { app: NativeAppView }): VNode {
  const { name, clientId, status, hosting, origins, attestationHeader, limitPerMinute, createdAt } = app;
  return (
    <li data-native-app={name}>
      <div class="row-main">
        <div class="row-title">
          <strong>{name}</strong>
          <Badge tone={status === 'active' ? 'good' : 'over'}>{texts.appStatuses[status]}</Badge>
        </div>
        <Facts
          facts={[
            [texts.clientId, <code class="written">{clientId}</code>],
            [texts.hosting, texts.hostings[hosting]],
            origins.length === 0 ? undefined : [texts.origins, origins.join(', ')],
            attestationHeader === null ? undefined : [texts.attestation, <code>{attestationHeader}</code>],
            limitPerMinute === null ? undefined : [texts.perMinute, String(limitPerMinute)],
            [texts.added, <Time at={createdAt} />],
          ]}
        />
      </div>
    </li>
  );
}
