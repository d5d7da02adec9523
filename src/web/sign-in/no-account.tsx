import type { VNode } from 'preact';
import { signInTexts as texts } from '../texts/sign-in.ts';

/** How to get an account, on any server. */
export function NoAccount(): VNode {
  return (
    <details class="small" data-no-account>
      <summary>{texts.noAccount}</summary>
      <p class="quiet">
        {texts.noAccountBefore}{' '}
        <a href="https://bsky.app" rel="noreferrer">
          {texts.noAccountApp}
        </a>{' '}
        {texts.noAccountBetween}{' '}
        <a href="https://atproto.com/guides/self-hosting" rel="noreferrer">
          {texts.noAccountOwn}
        </a>
        .
      </p>
    </details>
  );
}
