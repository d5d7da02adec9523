import type { VNode } from 'preact';
import type { UiSessionView } from '../../../ui-sessions/ui-session-view.ts';
import { Badge } from '../../frame/badge.tsx';
import { ButtonForm } from '../../frame/button-form.tsx';
import { Day } from '../../frame/times/day.tsx';
import { Facts } from '../../frame/facts.tsx';
import { NextPage } from '../../frame/next-page.tsx';
import { accountTexts as texts } from '../../texts/account.ts';
import { frameTexts } from '../../texts/frame.ts';

export type BrowsersSectionProps = {
  readonly basePath: string;
  readonly browsers: readonly UiSessionView[];
  readonly browsersCursor: string | undefined;
};

/** The browsers that are signed in to the account, with buttons that sign them out. */
export function BrowsersSection({ basePath, browsers, browsersCursor }: BrowsersSectionProps): VNode {
  const hasOthers = browsers.some(({ current }) => !current);
  return (
    <section class="section" id="browsers" aria-labelledby="browsers-title">
      <div class="section-head with-action">
        <div class="section-head">
          <h2 id="browsers-title">{texts.browsers}</h2>
          <p>{hasOthers ? texts.browsersLead : texts.onlyThis}</p>
        </div>
        {hasOthers ? (
          <ButtonForm action={`${basePath}/account/browsers/end-others`} kind="danger">
            {texts.endOthers}
          </ButtonForm>
        ) : null}
      </div>
      <ul class="rows">
        {browsers.map(browser => (
          <BrowserRow key={browser.id} basePath={basePath} browser={browser} />
        ))}
      </ul>
      <NextPage path={`${basePath}/account`} name="browsers" cursor={browsersCursor} />
    </section>
  );
}

function BrowserRow({ basePath, browser }: { basePath: string; browser: UiSessionView }): VNode {
  const name = frameTexts.browser(browser.browser, browser.system);
  return (
    <li data-browser={browser.id}>
      <div class="row-main">
        <div class="row-title">
          <h3>
            <bdi>{name}</bdi>
          </h3>
          {browser.current ? <Badge tone="good">{texts.thisBrowser}</Badge> : null}
        </div>
        <Facts
          facts={[
            [texts.signedInAt, <Day at={browser.createdAt} />],
            [texts.lastSeen, <Day at={browser.lastSeenAt} />],
          ]}
        />
      </div>
      {browser.current ? null : (
        <div class="row-actions">
          <ButtonForm
            action={`${basePath}/account/browsers/${browser.id}/end`}
            kind="secondary"
            label={texts.endNamed(name)}
          >
            {texts.end}
          </ButtonForm>
        </div>
      )}
    </li>
  );
}
