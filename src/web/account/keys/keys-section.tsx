import type { VNode } from 'preact';
import { NextPage } from '../../frame/next-page.tsx';
import { Permissions } from '../../frame/permissions.tsx';
import { keyTexts as texts } from '../../texts/keys.ts';
import { scopeSummary } from '../../texts/scope-text.ts';
import { KeyBadges, KeyColumns } from './key-facts.tsx';
import type { ShownKey } from './shown-key.ts';

export type KeysSectionProps = {
  readonly basePath: string;
  readonly keys: readonly ShownKey[];
  readonly keysCursor: string | undefined;
  readonly mayMakeKeys: boolean;
};

/** The account's keys: the working ones first, the expired and revoked ones folded up. */
export function KeysSection({ basePath, keys, keysCursor, mayMakeKeys }: KeysSectionProps): VNode {
  const isOver = ({ status }: ShownKey): boolean => status === 'revoked' || status === 'expired';
  const [over, living] = [keys.filter(isOver), keys.filter(key => !isOver(key))];
  return (
    <section class="section" id="keys" aria-labelledby="keys-title">
      <div class="section-head with-action">
        <div class="section-head">
          <h2 id="keys-title">{texts.title}</h2>
          <p>{mayMakeKeys ? texts.lead : texts.off}</p>
        </div>
        {mayMakeKeys && living.length > 0 ? <MakeKey basePath={basePath} /> : null}
      </div>
      {living.length > 0 ? <KeyRows basePath={basePath} keys={living} /> : null}
      {living.length === 0 && mayMakeKeys ? (
        <div class="empty">
          <h3>{texts.none}</h3>
          <p class="quiet">{texts.noneHint}</p>
          <MakeKey basePath={basePath} />
        </div>
      ) : null}
      {over.length > 0 ? (
        <details>
          <summary>{texts.over(over.length)}</summary>
          <KeyRows basePath={basePath} keys={over} />
        </details>
      ) : null}
      <NextPage path={`${basePath}/account`} name="keys" cursor={keysCursor} />
    </section>
  );
}

function MakeKey({ basePath }: { basePath: string }): VNode {
  return (
    <a class="button" href={`${basePath}/account/keys/new`}>
      {texts.make}
    </a>
  );
}

function KeyRows({ basePath, keys }: { basePath: string; keys: readonly ShownKey[] }): VNode {
  return (
    <ul class="rows key-rows">
      {keys.map(key => (
        <li key={key.id} data-key={key.id}>
          <div class="row-main">
            <div class="row-title">
              <h3>
                <bdi>{key.name}</bdi>
              </h3>
              <KeyBadges {...key} />
            </div>
            <KeyColumns {...key} />
          </div>
          <details class="key-may">
            <summary>{scopeSummary(key.scope)}</summary>
            <Permissions scope={key.scope} />
          </details>
          <div class="row-actions">
            <a
              class="button secondary"
              href={`${basePath}/account/keys/${key.id}`}
              aria-label={texts.manageNamed(key.name)}
            >
              {texts.manage}
            </a>
          </div>
          {key.isPaused ? <p class="quiet key-hint">{texts.pausedHint}</p> : null}
        </li>
      ))}
    </ul>
  );
}
