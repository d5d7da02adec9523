import type { VNode } from 'preact';
import type { ErrorCode } from '../../errors/error-code.ts';
import { Note, type NoteTone, Problem } from '../frame/note.tsx';
import { Page } from '../frame/page.tsx';
import type { Frame } from '../frame/pages.service.ts';
import { connectTexts as texts } from '../texts/connect.ts';

export type ConnectNoticeView = Frame & {
  readonly heading?: string;
  readonly text: string;
  readonly tone?: NoteTone;
  /** The error's code, if the notice is about an error. */
  readonly problem?: ErrorCode;
};

/** Codes that are no errors to the reader: the request was simply answered before. */
const CALM: readonly (ErrorCode | undefined)[] = [undefined, 'KeyRequestEnded', 'KeyRequestNotPending'];

/** The page that tells what became of a key request, or why it can't be answered. */
export function ConnectNotice(view: ConnectNoticeView): VNode {
  const { basePath, heading = texts.noticeTitle, text, tone = 'good', problem } = view;
  return (
    <Page {...view} title={heading}>
      <h1>{heading}</h1>
      {CALM.includes(problem) ? (
        <Note code={problem ?? 'done'} tone={problem === undefined ? tone : 'info'}>
          {text}
        </Note>
      ) : (
        <Problem code={problem ?? ''}>{text}</Problem>
      )}
      <p>
        <a href={`${basePath}/`}>{texts.toAccount}</a>
      </p>
    </Page>
  );
}
