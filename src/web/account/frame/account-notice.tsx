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

/** The page that says why a step failed, with a link back. */
export function AccountNotice({ code, ...frame }: Frame & { code: ErrorCode }): VNode {
  const text = problemText(code);
  return (
    <AccountFrame {...frame} title={texts.problemTitle}>
      <h1>{texts.problemTitle}</h1>
      {CALM.includes(code) ? <Note code={code}>{text}</Note> : <Problem code={code}>{text}</Problem>}
      <p>
        <a class="button" href={`${frame.basePath}/account`}>
          {texts.back}
        </a>
      </p>
    </AccountFrame>
  );
}
