import type { VNode } from 'preact';
import type { ErrorCode } from '../../../errors/error-code.ts';
import { Note, Problem } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { accountTexts as texts } from '../../texts/account.ts';
import { problemText } from '../../texts/problem-text.ts';
import { AccountFrame } from './account-frame.tsx';

/** What is over already is nothing to be alarmed about. */
const CALM: readonly ErrorCode[] = [
  'KeyRequestEnded',
  'KeyRequestNotPending',
  'ApiKeyChanged',
  'ApiKeyEnded',
];

/** The page that says why something could not be done, and leads back. */
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
