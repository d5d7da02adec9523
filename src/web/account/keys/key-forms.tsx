import type { VNode } from 'preact';
import { ButtonForm } from '../../frame/button-form.tsx';
import { Time } from '../../frame/time.tsx';
import { keyTexts as texts } from '../../texts/keys.ts';
import type { ShownKey } from './shown-key.ts';

export type KeyFormProps = { readonly basePath: string; readonly apiKey: ShownKey };

/** The offered grace periods for a replaced secret, in seconds. */
export const graces = ['0', '3600', '86400'] as const;

/** The form of a new name, folded up. */
export function Renaming({ basePath, apiKey }: KeyFormProps): VNode {
  return (
    <details class="small">
      <summary>{texts.rename}</summary>
      <form method="post" action={`${basePath}/account/keys/${apiKey.id}/rename`}>
        <div class="field">
          <label for="name">{texts.newName}</label>
          <input id="name" name="name" value={apiKey.name} required maxLength={64} autocomplete="off" />
        </div>
        <button type="submit" class="secondary">
          {texts.doRename}
        </button>
      </form>
    </details>
  );
}

/** The form names the secret that it replaces. So sending it twice, as by a reload, replaces no second one. */
export function Rotation({ basePath, apiKey }: KeyFormProps): VNode {
  return (
    <section class="card" aria-labelledby="rotate">
      <div class="section-head">
        <h2 id="rotate">{texts.rotate}</h2>
        <p>{texts.rotateLead}</p>
      </div>
      <form method="post" action={`${basePath}/account/keys/${apiKey.id}/rotate`}>
        <input type="hidden" name="start" value={apiKey.start} />
        <fieldset>
          <legend>{texts.grace}</legend>
          {graces.map(grace => (
            <label key={grace} class="choice">
              <input type="radio" name="grace" value={grace} checked={grace === '3600'} />
              <span>{texts.graceChoices[grace]}</span>
            </label>
          ))}
        </fieldset>
        <button type="submit">{texts.doRotate}</button>
      </form>
    </section>
  );
}

/** What is left of the grace of the secret before, with a button that ends it. */
export function Grace({ basePath, apiKey: { id, previousUntil } }: KeyFormProps): VNode | null {
  if (previousUntil === null) return null;
  return (
    <section class="card" aria-labelledby="grace" data-grace>
      <div class="section-head">
        <h2 id="grace">{texts.previous}</h2>
        <p>
          {texts.previousUntil} <Time at={previousUntil} />. {texts.previousLead}
        </p>
      </div>
      <ButtonForm action={`${basePath}/account/keys/${id}/end-previous`} kind="danger">
        {texts.endPrevious}
      </ButtonForm>
    </section>
  );
}

/** Revoking takes two steps, as it can't be undone. */
export function Revocation({ basePath, apiKey: { id, name } }: KeyFormProps): VNode {
  return (
    <section class="card" aria-labelledby="revoke">
      <div class="section-head">
        <h2 id="revoke">{texts.revoke}</h2>
        <p>{texts.revokeLead}</p>
      </div>
      <details class="confirm">
        <summary class="button danger">{texts.askRevoke}</summary>
        <p>
          <bdi>{texts.confirmRevoke(name)}</bdi>
        </p>
        <ButtonForm action={`${basePath}/account/keys/${id}/revoke`} kind="danger">
          {texts.doRevoke}
        </ButtonForm>
      </details>
    </section>
  );
}
