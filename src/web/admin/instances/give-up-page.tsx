import type { VNode } from 'preact';
import type { ListedInstance } from '../../../leases/instances/instances.service.ts';
import { Badge } from '../../frame/badge.tsx';
import { ButtonForm } from '../../frame/button-form.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { adminTexts as texts } from '../../texts/admin.ts';
import { AdminFrame } from '../frame/admin-frame.tsx';
import { INSTANCE_TONES, InstanceFacts } from './instances-page.tsx';

export type GiveUpView = Frame & { readonly instance: ListedInstance };

/** Asks the operator to confirm that an instance will not return with the answers on its disk. */
export function GiveUpPage(view: GiveUpView): VNode {
  const { basePath, instance } = view;
  const { owner, state } = instance;
  const path = `${basePath}/admin/instances`;
  return (
    <AdminFrame {...view} section="instances" title={texts.giveUpTitle}>
      <h1>{texts.giveUpTitle}</h1>
      <section class="card" aria-label={texts.giveUpTitle}>
        <p class="row-title">
          <code>{owner}</code>
          <Badge tone={INSTANCE_TONES[state]}>{texts.instanceStates[state]}</Badge>
        </p>
        <InstanceFacts {...instance} />
        <p>{texts.giveUpText}</p>
        <p>{texts.giveUpRisk}</p>
        <div class="actions">
          <ButtonForm action={`${path}/${owner}/give-up`} kind="danger">
            {texts.giveUp}
          </ButtonForm>
          <a class="button secondary" href={path}>
            {texts.cancel}
          </a>
        </div>
      </section>
    </AdminFrame>
  );
}
