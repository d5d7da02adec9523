import type { VNode } from 'preact';
import type { BackgroundState } from '../../../background/states/background-states.service.ts';
import type { Instances, ListedInstance } from '../../../leases/instances/instances.service.ts';
import type { HeldLease } from '../../../leases/lease.repository.ts';
import type { Leases } from '../../../leases/leases.service.ts';
import { Badge, type Tone } from '../../frame/badge.tsx';
import { Facts } from '../../frame/facts.tsx';
import { Note } from '../../frame/note.tsx';
import { NextPage } from '../../frame/next-page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { Time } from '../../frame/time.tsx';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from '../frame/admin-frame.tsx';
import { TaskRows } from './task-rows.tsx';

export type InstancesView = Frame & {
  readonly running: Awaited<ReturnType<Instances['list']>>;
  readonly held: Awaited<ReturnType<Leases['list']>>;
  readonly background: BackgroundState;
  readonly done: string | undefined;
};

export const INSTANCE_TONES: Readonly<Record<ListedInstance['state'], Tone>> = {
  this: 'good',
  alive: 'good',
  silent: 'alert',
  'given-up': 'over',
};

/** An instance of an older release says nothing about its spool. */
const SPOOL_TEXTS = { empty: texts.spoolEmpty, filled: texts.spoolFilled };

/** The running processes, their background work, and the leases they hold. */
export function InstancesPage(view: InstancesView): VNode {
  const { basePath, running, held, background, done } = view;
  const doneText = done !== undefined && Object.hasOwn(texts.done, done) ? texts.done[done] : undefined;
  const path = `${basePath}/admin/instances`;
  return (
    <AdminFrame {...view} section="instances">
      <div class="title">
        <h1>{texts.instances}</h1>
        <p>{texts.instancesLead}</p>
      </div>
      {doneText === undefined ? null : <Note code={done ?? ''}>{doneText}</Note>}
      <section class="section" aria-label={texts.instances}>
        <ul class="rows">
          {running.instances.map(instance => (
            <InstanceRow key={instance.owner} path={path} instance={instance} />
          ))}
        </ul>
        {running.instances.some(({ state }) => state === 'silent') ? (
          <p class="quiet">{texts.instanceSilentHelp}</p>
        ) : null}
        <NextPage path={path} name="instances" cursor={running.cursor} />
      </section>
      <TaskRows {...background} />
      <section class="section" aria-labelledby="leases">
        <div class="section-head">
          <h2 id="leases">{texts.leases}</h2>
          <p>{texts.leasesLead}</p>
        </div>
        {held.leases.length === 0 ? (
          <p class="empty">{texts.noLeases}</p>
        ) : (
          <ul class="rows">
            {held.leases.map(lease => (
              <LeaseRow key={lease.name} {...lease} />
            ))}
          </ul>
        )}
        <NextPage path={path} name="leases" cursor={held.cursor} />
      </section>
    </AdminFrame>
  );
}

function InstanceRow({ path, instance }: { path: string; instance: ListedInstance }): VNode {
  const { owner, state } = instance;
  return (
    <li data-instance={owner}>
      <div class="row-main">
        <div class="row-title">
          <code>{owner}</code>
          <Badge tone={INSTANCE_TONES[state]}>{texts.instanceStates[state]}</Badge>
        </div>
        <InstanceFacts {...instance} />
      </div>
      {state === 'silent' ? (
        <div class="row-actions">
          <a class="button secondary" href={`${path}/${owner}/give-up`} aria-label={texts.giveUpNamed(owner)}>
            {texts.giveUp}
          </a>
        </div>
      ) : null}
    </li>
  );
}

/** When an instance lived, and what its last heartbeat said of its spool. */
export function InstanceFacts({ startedAt, seenAt, spoolState, givenUpAt }: ListedInstance): VNode {
  return (
    <Facts
      facts={[
        [texts.started, <Time at={startedAt} />],
        [texts.seen, <Time at={seenAt} />],
        [texts.spool, spoolState === null ? texts.spoolUnknown : SPOOL_TEXTS[spoolState]],
        givenUpAt === null ? undefined : [texts.givenUp, <Time at={givenUpAt} />],
      ]}
    />
  );
}

function LeaseRow({ name, owner, until, isOver }: HeldLease): VNode {
  return (
    <li data-lease={name}>
      <div class="row-main">
        <div class="row-title">
          <code>{name}</code>
          <Badge tone={isOver ? 'over' : 'good'}>{isOver ? texts.leaseOver : texts.leaseHeld}</Badge>
        </div>
        <Facts
          facts={[
            [texts.owner, <code>{owner}</code>],
            [texts.until, <Time at={until} />],
          ]}
        />
      </div>
    </li>
  );
}
