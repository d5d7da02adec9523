import type { VNode } from 'preact';
import { auditActions } from '../../../audit/audit-action.ts';
import type { AuditEventView } from '../../../audit/audit-event-view.ts';
import { Facts } from '../../frame/facts.tsx';
import { NextPage } from '../../frame/next-page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { Time } from '../../frame/time.tsx';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from '../frame/admin-frame.tsx';

type Filter = Readonly<Partial<Record<'action' | 'did' | 'target', string | undefined>>>;

export type AuditEventsView = Frame & {
  readonly events: readonly AuditEventView[];
  readonly filter: Filter;
  readonly cursor: string | undefined;
};

/** Audit events, newest first, with a filter: who did what to which thing, when and from where. */
export function AuditEventsPage(view: AuditEventsView): VNode {
  const { basePath, events, filter, cursor } = view;
  const path = `${basePath}/admin/audit-events`;
  return (
    <AdminFrame {...view} section="auditEvents">
      <div class="title">
        <h1>{texts.auditEvents}</h1>
        <p>{texts.auditLead}</p>
      </div>
      <FilterForm path={path} filter={filter} />
      {events.length === 0 ? (
        <p class="empty">{texts.noEvents}</p>
      ) : (
        <ul class="rows">
          {events.map(event => (
            <EventRow key={event.id} event={event} />
          ))}
        </ul>
      )}
      <NextPage path={path} query={filter} cursor={cursor} />
    </AdminFrame>
  );
}

function FilterForm({ path, filter }: { path: string; filter: Filter }): VNode {
  return (
    <form method="get" action={path} class="filters many" role="search">
      <div class="field">
        <label for="action">{texts.action}</label>
        <select id="action" name="action">
          <option value="">{texts.anyAction}</option>
          {auditActions.map(action => (
            <option key={action} value={action} selected={action === filter.action}>
              {action}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="did">{texts.account}</label>
        <input id="did" name="did" value={filter.did} autocomplete="off" spellcheck={false} />
      </div>
      <div class="field">
        <label for="target">{texts.target}</label>
        <input id="target" name="target" value={filter.target} autocomplete="off" spellcheck={false} />
      </div>
      <button type="submit">{texts.find}</button>
    </form>
  );
}

function EventRow({ event }: { event: AuditEventView }): VNode {
  const { action, at, actor, did, target, from, detail } = event;
  return (
    <li data-event={action}>
      <div class="row-main">
        <div class="row-title">
          <strong>{action}</strong>
          <span class="quiet">
            <Time at={at} />
          </span>
        </div>
        <Facts
          facts={[
            [texts.by, party(actor)],
            [texts.on, party(target)],
            did === null ? undefined : [texts.did, <code>{did}</code>],
            from === null ? undefined : [texts.from, <code>{from}</code>],
            detail === null ? undefined : [texts.detail, <code>{detailText(detail)}</code>],
          ]}
        />
      </div>
    </li>
  );
}

/** Returns the named parts of a detail in one line. */
function detailText(detail: NonNullable<AuditEventView['detail']>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
}

function party({ kind, id }: AuditEventView['actor']): VNode {
  return (
    <>
      {kind} {id === null ? null : <code>{id}</code>}
    </>
  );
}
