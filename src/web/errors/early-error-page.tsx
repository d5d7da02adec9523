import type { VNode } from 'preact';
import type { ErrorCode } from '../../errors/error-code.ts';
import { frameTexts as texts } from '../texts/frame.ts';
import { Problem } from '../frame/note.tsx';
import { Page } from '../frame/page.tsx';
import type { Frame } from '../frame/pages.service.ts';

export type EarlyErrorView = Frame & {
  readonly code: ErrorCode;
  /** The broker's own address: the page may be open under another name. */
  readonly baseUrl: string;
};

/** The page of an error that came before every route. Null for an error without words of its own. */
export function EarlyErrorPage({ code, baseUrl, ...frame }: EarlyErrorView): VNode | null {
  const told = texts.early[code];
  if (told === undefined) return null;
  return (
    <Page {...frame} title={told.title}>
      <h1>{told.title}</h1>
      <Problem code={code}>{told.text}</Problem>
      <p>
        <a class="button" href={`${baseUrl}/`}>
          {texts.toStart}
        </a>
      </p>
    </Page>
  );
}
