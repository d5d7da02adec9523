import type { VNode } from 'preact';
import { Permissions } from '../../frame/permissions.tsx';
import { accountTexts as texts } from '../../texts/account.ts';
import type { AccountView } from './account-view.ts';

/** The configured permissions that the owner has not granted, with a link to grant them. */
export function Shortfall({
  basePath,
  brokerName,
  shortfall,
  reconsentUrl,
}: Pick<AccountView, 'basePath' | 'brokerName' | 'shortfall' | 'reconsentUrl'>): VNode | null {
  if (shortfall.length === 0) return null;
  const url = `${reconsentUrl}&${new URLSearchParams({ return_to: `${basePath}/account` })}`;
  return (
    <section class="note" data-shortfall aria-label={texts.shortfall(brokerName)}>
      <div class="row-main">
        <h2>{texts.shortfall(brokerName)}</h2>
        <Permissions scope={shortfall.join(' ')} />
        <p class="quiet">{texts.shortfallHint}</p>
      </div>
      <a class="button secondary" href={url}>
        {texts.reconsent}
      </a>
    </section>
  );
}
