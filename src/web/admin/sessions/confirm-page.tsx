import type { VNode } from 'preact';
import type { SessionView } from '../../../sessions/operator/session-view.ts';
import { ButtonForm } from '../../frame/button-form.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from '../frame/admin-frame.tsx';
import { accountNameOf } from './account-name.tsx';
import { SessionBadge } from './session-rows.tsx';

/** A step that changes a session. Each is confirmed first. */
export type SessionStep = 'refresh' | 'revoke';

const STEPS = {
  refresh: { title: texts.refreshTitle, text: texts.refreshText, button: texts.refresh, kind: 'primary' },
  revoke: { title: texts.revokeTitle, text: texts.revokeText, button: texts.revoke, kind: 'danger' },
} as const;

export type ConfirmView = Frame & { readonly session: SessionView; readonly step: SessionStep };

/** Asks the operator to confirm a step. */
export function ConfirmPage(view: ConfirmView): VNode {
  const { basePath, session, step } = view;
  const { title, text, button, kind } = STEPS[step];
  const path = `${basePath}/admin/sessions/${session.id}`;
  return (
    <AdminFrame {...view} section="sessions" title={title}>
      <h1>{title}</h1>
      <section class="card" aria-label={title}>
        <p class="row-title">
          <strong data-handle>
            <bdi>{accountNameOf(session)}</bdi>
          </strong>
          <SessionBadge {...session} />
        </p>
        <p>{text}</p>
        <div class="actions">
          <ButtonForm action={`${path}/${step}`} kind={kind}>
            {button}
          </ButtonForm>
          <a class="button secondary" href={path}>
            {texts.cancel}
          </a>
        </div>
      </section>
    </AdminFrame>
  );
}
