import type { VNode } from 'preact';
import { ButtonForm } from '../../frame/button-form.tsx';
import { Note } from '../../frame/note.tsx';
import { Permissions } from '../../frame/permissions.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { accountTexts } from '../../texts/account.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import { usageTexts } from '../../texts/usage.ts';
import { KeyUse, type KeyUseProps } from '../../usage/key-use.tsx';
import { AccountFrame } from '../frame/account-frame.tsx';
import { KeyBadges, KeyFacts } from './key-facts.tsx';
import type { LostKey } from './lost-key-reasons.service.ts';
import { LostKeys } from './lost-keys.tsx';
import type { ShownKey } from './shown-key.ts';

export type KeyView = Frame &
  Pick<KeyUseProps, 'days' | 'ownNetwork'> & {
    readonly apiKey: ShownKey;
    readonly lost: readonly LostKey[];
  };

/** The offered grace periods for a replaced secret, in seconds. */
export const graces = ['0', '3600', '86400'] as const;

/** The page of one key, where its owner replaces or revokes it. */
export function KeyPage(view: KeyView): VNode {
  const { basePath, apiKey } = view;
  const isOver = apiKey.status === 'revoked' || apiKey.status === 'expired';
  return (
    <AccountFrame {...view} title={apiKey.name}>
      <div class="row-title">
        <h1>
          <bdi>{apiKey.name}</bdi>
        </h1>
        <KeyBadges {...apiKey} />
      </div>
      <LostKeys {...view} />
      {apiKey.isPaused ? (
        <Note code="paused" tone="info">
          {texts.pausedHint}
        </Note>
      ) : null}
      <section class="card" aria-label={apiKey.name}>
        <KeyFacts {...apiKey} />
        <div class="field">
          <h2>{texts.may}</h2>
          <Permissions scope={apiKey.scope} />
        </div>
      </section>
      <KeyUse {...view} title={usageTexts.title} />
      {isOver ? null : <Rotation {...view} />}
      {isOver ? null : (
        <section class="card" aria-labelledby="revoke">
          <div class="section-head">
            <h2 id="revoke">{texts.revoke}</h2>
            <p>{texts.revokeLead}</p>
          </div>
          <ButtonForm action={`${basePath}/account/keys/${apiKey.id}/revoke`} kind="danger">
            {texts.doRevoke}
          </ButtonForm>
        </section>
      )}
      <p>
        <a href={`${basePath}/account`}>{accountTexts.back}</a>
      </p>
    </AccountFrame>
  );
}

/** The form names the secret that it replaces. So sending it twice, as by a reload, replaces no second one. */
function Rotation({ basePath, apiKey }: KeyView): VNode {
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
