import type { VNode } from 'preact';
import { type SessionStatus, sessionStatuses } from '../../../database/tables/oauth-session.ts';
import { Caution, Note } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from '../frame/admin-frame.tsx';
import type { Concern, Overview } from './admin-overview.service.ts';
import { SessionRows } from '../sessions/session-rows.tsx';
import type { RestoredCounts } from '../../../sessions/rollback/restored-sessions.service.ts';
import { Time } from '../../frame/time.tsx';
import { TaskRows } from '../instances/task-rows.tsx';

const CONCERNS = {
  troubled: { title: texts.troubled, lead: texts.troubledLead },
  needs_check: { title: texts.inCheck, lead: texts.inCheckLead },
  needs_reauth: { title: texts.needsOwner, lead: texts.needsOwnerLead },
  revoking: { title: texts.revoking, lead: texts.revokingLead },
} as const;

/** The overview: numbers of sessions, the sessions that need attention and why, and the background work. */
export function OverviewPage(view: Frame & Overview): VNode {
  const { basePath, counts, concerns, degraded, silentInstances, background, restored, isAcceptanceLeft } =
    view;
  const isWell = concerns.length + degraded.length + silentInstances === 0 && !isAcceptanceLeft;
  return (
    <AdminFrame {...view} section="overview">
      <h1>{texts.overview}</h1>
      <ul class="counts">
        {sessionStatuses.map(status => (
          <Count key={status} basePath={basePath} status={status} count={counts[status]} />
        ))}
      </ul>
      <section class="section" aria-labelledby="attention">
        <h2 id="attention">{texts.attention}</h2>
        {isWell ? <Note code="well">{texts.attentionNone}</Note> : null}
        {degraded.map(reason => (
          <Caution key={reason}>
            <p>{texts.degraded[reason]}</p>
          </Caution>
        ))}
        {isAcceptanceLeft ? (
          <Caution>
            <p>{texts.acceptanceLeft}</p>
          </Caution>
        ) : null}
        {restored ? <Restored {...restored} /> : null}
        {silentInstances === 0 ? null : (
          <Caution>
            <p>
              {texts.silentInstances(silentInstances)}{' '}
              <a href={`${basePath}/admin/instances`}>{texts.toInstances}</a>
            </p>
          </Caution>
        )}
        {concerns.map(concern => (
          <ConcernRows key={concern.kind} basePath={basePath} {...concern} />
        ))}
      </section>
      <TaskRows {...background} />
    </AdminFrame>
  );
}

function Restored({ restoredAt, sessions, open, ended }: RestoredCounts): VNode {
  const goOn = Math.max(0, (sessions ?? open + ended) - open - ended);
  return (
    <Note code="restored">
      {texts.restored} <Time at={restoredAt} />. {texts.restoredCounts({ goOn, open, ended })}
    </Note>
  );
}

function Count({
  basePath,
  status,
  count,
}: {
  basePath: string;
  status: SessionStatus;
  count: number;
}): VNode {
  return (
    <li>
      <a href={`${basePath}/admin/sessions?status=${status}`}>
        <strong data-count={status}>{count}</strong> {texts.counts[status]}
      </a>
    </li>
  );
}

function ConcernRows({ basePath, kind, sessions, hasMore }: { basePath: string } & Concern): VNode {
  const { title, lead } = CONCERNS[kind];
  return (
    <section class="section" aria-label={title} data-concern={kind}>
      <div class="section-head">
        <h3>{title}</h3>
        <p>{lead}</p>
      </div>
      <SessionRows basePath={basePath} sessions={sessions} />
      {hasMore ? (
        <p>
          <a href={`${basePath}/admin/sessions?status=${kind}`} aria-label={`${texts.all}: ${title}`}>
            {texts.all}
          </a>
        </p>
      ) : null}
    </section>
  );
}
