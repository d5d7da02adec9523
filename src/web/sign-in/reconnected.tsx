import type { VNode } from 'preact';
import { Note } from '../frame/note.tsx';
import { Page } from '../frame/page.tsx';
import { signInTexts as texts } from '../texts/sign-in.ts';
import type { SignInView } from './sign-in-view.ts';

/** The page of a signed-out person who has reconnected a key: they need not sign in. */
export function Reconnected(view: SignInView): VNode {
  return (
    <Page {...view} title={texts.reconnectedTitle}>
      <h1>{texts.reconnectedTitle}</h1>
      <Note code="reconnected">{texts.done.reconnected}</Note>
      <p>{texts.reconnectedNext}</p>
      <p>
        <a class="button secondary" href={`${view.basePath}/`}>
          {texts.signIn}
        </a>
      </p>
    </Page>
  );
}
