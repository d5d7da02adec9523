import type { VNode } from 'preact';
import type { ErrorCode } from '../../../errors/error-code.ts';
import { Note, Problem } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { accountTexts as texts } from '../../texts/account.ts';
import { problemText } from '../../texts/problem-text.ts';
import { AccountFrame } from './account-frame.tsx';

/** Codes that are no errors to the reader: what they wanted to change has already ended or changed. */
const CALM: readonly ErrorCode[] = [
  'KeyRequestEnded',
  'KeyRequestNotPending',
  'ApiKeyChanged',
  'ApiKeyEnded',
];

/** The page that says why a step failed, with a link back, or why the account can't be shown for the moment. */
export function AccountNotice({ code, ...frame }: Frame & { code: ErrorCode }): VNode {
  const text = problemText(code);
  const isPaused = code === 'TokenUnavailable';
  const title = isPaused ? texts.pausedTitle : texts.problemTitle;
  return (
    <AccountFrame {...frame} title={title}>
      <h1>{title}</h1>
      {isPaused || CALM.includes(code) ? (
        <Note code={code} tone="info">
          {text}
        </Note>
      ) : (
        <Problem code={code}>{text}</Problem>
      )}
      <p>
        <a class="button" href={`${frame.basePath}/account`}>
          {isPaused ? texts.tryAgain : texts.back}
        </a>
      </p>
    </AccountFrame>
  );
}
