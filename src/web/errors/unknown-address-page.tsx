import type { VNode } from 'preact';
import { frameTexts as texts } from '../texts/frame.ts';
import { Page } from '../frame/page.tsx';
import type { Pages } from '../frame/pages.service.ts';

/** The page for an address that leads nowhere. */
export function UnknownAddressPage({ frame }: Pick<Pages, 'frame'>): VNode {
  return (
    <Page {...frame} title={texts.unknownTitle}>
      <h1>{texts.unknownTitle}</h1>
      <p>{texts.unknown}</p>
      <p>
        <a class="button" href={`${frame.basePath}/`}>
          {texts.toStart}
        </a>
      </p>
    </Page>
  );
}
