import type { ComponentChildren, VNode } from 'preact';
import { ButtonForm } from '../../frame/button-form.tsx';
import { Page } from '../../frame/page.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { adminTexts as texts } from '../../texts/admin.ts';
import { type AdminSectionName, adminSections } from './admin-sections.ts';

export type AdminFrameProps = Frame & {
  /** The tab that the page belongs to. */
  readonly section: AdminSectionName;
  /** The page's title, by default the tab's. */
  readonly title?: string;
  readonly children: ComponentChildren;
};

/** The frame of the operator's pages, with tabs and the sign-out button. */
export function AdminFrame({ section, title, children, ...frame }: AdminFrameProps): VNode {
  const { basePath } = frame;
  const signOut = (
    <ButtonForm action={`${basePath}/admin/sign-out`} kind="secondary">
      {texts.signOut}
    </ButtonForm>
  );
  return (
    <Page
      {...frame}
      title={`${title ?? adminSections[section].title} · ${texts.title}`}
      width="wide"
      aside={signOut}
    >
      <nav aria-label={texts.sections}>
        <ul class="tabs">
          {Object.entries(adminSections).map(([name, { path, title: label }]) => (
            <li key={name}>
              <a href={`${basePath}/admin${path}`} aria-current={name === section ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {children}
    </Page>
  );
}
