import type { VNode } from 'preact';
import type { SessionView } from '../../../sessions/operator/session-view.ts';
import { Details } from '../../frame/facts.tsx';
import { Note, Problem } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { Permissions } from '../../frame/permissions.tsx';
import { Time } from '../../frame/time.tsx';
import { adminTexts as texts } from '../../texts/admin.ts';
import { KeyUse, type KeyUseProps } from '../../usage/key-use.tsx';
import { AdminFrame } from '../frame/admin-frame.tsx';
import { accountNameOf, HandleAtGrant } from './account-name.tsx';
import { SessionBadge, SessionTrouble } from './session-rows.tsx';

export type SessionPageView = Frame & {
  readonly session: SessionView;
  readonly keyUses: readonly KeyUseProps[];
  readonly done: string | undefined;
};

/** One session: all of its fields but the secrets, and the steps that the operator can take. */
export function SessionPage(view: SessionPageView): VNode {
  const { basePath, session, keyUses } = view;
  const name = accountNameOf(session);
  const path = `${basePath}/admin/sessions/${session.id}`;
  return (
    <AdminFrame {...view} section="sessions" title={name}>
      <div class="row-title">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <SessionBadge {...session} />
      </div>
      <DoneNote {...view} />
      <section class="card" aria-label={texts.session}>
        <HandleAtGrant {...session} />
        <SessionTrouble {...session} />
        <SessionDetails {...session} />
        <Details facts={[[texts.scope, <Permissions scope={session.scope} />]]} />
        <div class="actions">
          {session.status === 'active' ? (
            <a class="button" href={`${path}/refresh`}>
              {texts.refresh}
            </a>
          ) : null}
          {session.status !== 'revoking' && session.status !== 'revoked' ? (
            <a class="button danger" href={`${path}/revoke`}>
              {texts.revoke}
            </a>
          ) : null}
          <a class="button secondary" href={`${basePath}/admin/audit-events?target=${session.id}`}>
            {texts.events}
          </a>
        </div>
      </section>
      {keyUses.map(use => (
        <KeyUse key={use.apiKey.id} {...use} />
      ))}
    </AdminFrame>
  );
}

/** What became of the operator's last step here. */
function DoneNote({ done }: Pick<SessionPageView, 'done'>): VNode | null {
  const text = done !== undefined && Object.hasOwn(texts.done, done) ? texts.done[done] : undefined;
  if (done === undefined || text === undefined) return null;
  if (done === 'failed') return <Problem code={done}>{text}</Problem>;
  return (
    <Note code={done} tone={done === 'skipped' ? 'info' : 'good'}>
      {text}
    </Note>
  );
}

function SessionDetails(session: SessionView): VNode {
  const { id, did, issuer, pds, purpose, generation, attempt } = session;
  const times = [
    [texts.granted, session.grantedAt],
    [texts.refreshed, session.refreshedAt],
    [texts.lastUsed, session.lastUsedAt],
    [texts.tokenEnds, session.status === 'active' ? session.accessExpiresAt : null],
    [texts.nextTry, session.status === 'active' ? session.nextRefreshAt : null],
    [texts.endsBy, session.endsAt],
  ] as const;
  return (
    <Details
      columns
      facts={[
        [texts.session, <code>{id}</code>],
        [texts.did, <code>{did}</code>],
        [texts.purpose, texts.purposes[purpose]],
        [texts.issuer, <bdi>{issuer}</bdi>],
        [texts.pds, <bdi>{pds}</bdi>],
        ...times.map(([name, at]) => (at === null ? undefined : ([name, <Time at={at} />] as const))),
        [texts.generation, String(generation)],
        [texts.attempt, texts.attempts[attempt]],
      ]}
    />
  );
}
