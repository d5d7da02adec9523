import type { VNode } from 'preact';
import type { SessionStatus } from '../../../database/tables/oauth-session.ts';
import type { SessionView } from '../../../sessions/operator/session-view.ts';
import { Badge, type Tone } from '../../frame/badge.tsx';
import { Facts } from '../../frame/facts.tsx';
import { Time } from '../../frame/time.tsx';
import { adminTexts as texts } from '../../texts/admin.ts';
import { accountNameOf, HandleAtGrant } from './account-name.tsx';

const TONES: Readonly<Record<SessionStatus, Tone>> = {
  active: 'good',
  needs_check: 'alert',
  needs_reauth: 'alert',
  revoking: 'alert',
  revoked: 'over',
};

/** A list of sessions, each with the reason why it needs attention, if any. */
export function SessionRows({
  basePath,
  sessions,
}: {
  basePath: string;
  sessions: readonly SessionView[];
}): VNode {
  return (
    <ul class="rows">
      {sessions.map(session => (
        <li key={session.id} data-session={session.id}>
          <div class="row-main">
            <div class="row-title">
              <a href={`${basePath}/admin/sessions/${session.id}`}>
                <bdi>{accountNameOf(session)}</bdi>
              </a>
              <SessionBadge {...session} />
            </div>
            <HandleAtGrant {...session} />
            <SessionTrouble {...session} />
            <Facts
              facts={[
                [texts.purpose, texts.purposes[session.purpose]],
                [texts.issuer, <bdi>{session.issuer}</bdi>],
                [texts.refreshed, <Time at={session.refreshedAt} />],
                session.lastUsedAt === null ? undefined : [texts.lastUsed, <Time at={session.lastUsedAt} />],
              ]}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}

export function SessionBadge({ status }: Pick<SessionView, 'status'>): VNode {
  return <Badge tone={TONES[status]}>{texts.statuses[status]}</Badge>;
}

/** The reason why a session needs attention. Renders nothing for a healthy one. */
export function SessionTrouble(session: SessionView): VNode | null {
  const trouble = troubleOf(session);
  return trouble === undefined ? null : (
    <p class="trouble" data-trouble>
      {trouble}
    </p>
  );
}

function troubleOf({ status, reason, attempt, failures, nextRefreshAt }: SessionView): VNode | undefined {
  switch (status) {
    case 'needs_reauth':
      return <>{reason === null ? texts.noReason : texts.reasons[reason]}</>;
    case 'needs_check':
      return <>{texts.inCheckOne}</>;
    case 'revoking':
      return <>{texts.revokingOne}</>;
    case 'revoked':
      return undefined;
    case 'active':
      if (attempt === 'in_doubt') return <>{texts.inDoubt}</>;
      if (failures === 0) return undefined;
      return (
        <>
          {texts.failures(failures)}{' '}
          {nextRefreshAt === null ? null : (
            <>
              {texts.nextTry}: <Time at={nextRefreshAt} />
            </>
          )}
        </>
      );
  }
}
