import type { VNode } from 'preact';
import { sessionStatuses } from '../../../database/tables/oauth-session.ts';
import type { SessionView } from '../../../sessions/operator/session-view.ts';
import { NextPage } from '../../frame/next-page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from '../frame/admin-frame.tsx';
import { SessionRows } from './session-rows.tsx';

export type SessionsView = Frame & {
  readonly sessions: readonly SessionView[];
  readonly cursor: string | undefined;
  /** The search text, as it was typed. */
  readonly q: string | undefined;
  readonly status: string | undefined;
};

/** All sessions, by status, handle or DID. */
export function SessionsPage(view: SessionsView): VNode {
  const { basePath, sessions, cursor, q, status } = view;
  const path = `${basePath}/admin/sessions`;
  return (
    <AdminFrame {...view} section="sessions">
      <h1>{texts.sessions}</h1>
      <form method="get" action={path} class="filters" role="search">
        <div class="field">
          <label for="q">{texts.search}</label>
          <input id="q" name="q" value={q} autocapitalize="none" autocomplete="off" spellcheck={false} />
        </div>
        <div class="field">
          <label for="status">{texts.status}</label>
          <select id="status" name="status">
            <Option value="" label={texts.anyStatus} chosen={status} />
            {sessionStatuses.map(each => (
              <Option key={each} value={each} label={texts.statuses[each]} chosen={status} />
            ))}
            <Option value="troubled" label={texts.inTrouble} chosen={status} />
          </select>
        </div>
        <button type="submit">{texts.find}</button>
      </form>
      {sessions.length === 0 ? (
        <p class="empty">{texts.noSessions}</p>
      ) : (
        <SessionRows basePath={basePath} sessions={sessions} />
      )}
      <NextPage path={path} query={{ q, status }} cursor={cursor} />
    </AdminFrame>
  );
}

function Option({
  value,
  label,
  chosen = '',
}: {
  value: string;
  label: string;
  chosen: string | undefined;
}): VNode {
  return (
    <option value={value} selected={value === chosen}>
      {label}
    </option>
  );
}
