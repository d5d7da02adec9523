import type { VNode } from 'preact';
import type { ClientKeyView } from '../../../oauth/client-keys/client-key-view.ts';
import { Badge } from '../../frame/badge.tsx';
import { Facts } from '../../frame/facts.tsx';
import { NextPage } from '../../frame/next-page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { Time } from '../../frame/time.tsx';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from '../frame/admin-frame.tsx';
import { Commands } from '../frame/commands.tsx';

const COMMANDS = ['client-keys publish', 'client-keys activate KID', 'client-keys retire KID'];

const DAY_MS = 24 * 60 * 60_000;

export type ClientKeysView = Frame & {
  readonly keys: readonly ClientKeyView[];
  readonly cursor: string | undefined;
  readonly now: Date;
};

/** The keys that the broker signs client assertions with, their ages, and how many sessions need each. */
export function ClientKeysPage(view: ClientKeysView): VNode {
  const { basePath, keys, cursor, now } = view;
  return (
    <AdminFrame {...view} section="clientKeys">
      <div class="title">
        <h1>{texts.clientKeys}</h1>
        <p>{texts.clientKeysLead}</p>
      </div>
      {keys.length === 0 ? (
        <p class="empty">{texts.noClientKeys}</p>
      ) : (
        <ul class="rows">
          {keys.map(key => (
            <ClientKeyRow key={key.kid} clientKey={key} now={now} />
          ))}
        </ul>
      )}
      <NextPage path={`${basePath}/admin/client-keys`} cursor={cursor} />
      <Commands lead={texts.clientKeysChange} commands={COMMANDS} />
    </AdminFrame>
  );
}

function ClientKeyRow({ clientKey, now }: { clientKey: ClientKeyView; now: Date }): VNode {
  const { kid, status, signing, inJwks, sessions, publishedAt, activatableFrom, activeAt, retiredAt } =
    clientKey;
  const days = Math.floor((now.getTime() - new Date(publishedAt).getTime()) / DAY_MS);
  return (
    <li data-client-key={kid}>
      <div class="row-main">
        <div class="row-title">
          <code>{kid}</code>
          <Badge tone={status === 'active' ? 'good' : 'over'}>{texts.keyStatuses[status]}</Badge>
          {signing ? <Badge tone="good">{texts.signing}</Badge> : null}
        </div>
        <Facts
          facts={[
            [texts.age, texts.days(days)],
            [texts.sessions, String(sessions)],
            [texts.inJwks, inJwks ? texts.yes : texts.no],
            [texts.published, <Time at={publishedAt} />],
            activeAt === null
              ? [texts.activatable, <Time at={activatableFrom} />]
              : [texts.activated, <Time at={activeAt} />],
            retiredAt === null ? undefined : [texts.retired, <Time at={retiredAt} />],
          ]}
        />
      </div>
    </li>
  );
}
