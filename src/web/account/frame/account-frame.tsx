import type { ComponentChildren, VNode } from 'preact';
import { ButtonForm } from '../../frame/button-form.tsx';
import { Page } from '../../frame/page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { accountTexts as texts } from '../../texts/account.ts';

export type AccountFrameProps = Frame & {
  readonly title: string;
  readonly width?: 'narrow' | 'wide';
  readonly children: ComponentChildren;
};

/** The frame of the account's pages, with the sign-out button. */
export function AccountFrame({ children, ...frame }: AccountFrameProps): VNode {
  const signOut = (
    <ButtonForm action={`${frame.basePath}/oauth/logout`} kind="secondary">
      {texts.signOut}
    </ButtonForm>
  );
  return (
    <Page {...frame} aside={signOut}>
      {children}
    </Page>
  );
}
