import type { VNode } from 'preact';
import type { ErrorCode } from '../../errors/error-code.ts';
import { readIdentifier } from '../../identity/resolution/identifier.ts';
import { flawTexts } from '../../identity/resolution/identifier-flaw.ts';
import { Note, Problem } from '../frame/note.tsx';
import { problemText } from '../texts/problem-text.ts';
import { signInTexts as texts } from '../texts/sign-in.ts';
import type { SignInView } from './sign-in-view.ts';

const SUSPENDED = 'SessionSuspended' satisfies ErrorCode;

/** What the reader must know before they sign in: a problem, a success, or why they are signed out. */
export function SignInNotes(view: SignInView): VNode | null {
  const { problem, done, identifier, goOn, end } = view;
  if (problem === 'InvalidIdentifier' && identifier !== undefined)
    return <IdentifierProblem {...view} identifier={identifier} />;
  if (problem === SUSPENDED)
    return (
      <Problem code={problem}>
        <p>{problemText(problem)}</p>
        <p>
          <a href={goOn}>{texts.checkAgain}</a>
        </p>
      </Problem>
    );
  if (problem !== undefined) return <Problem code={problem}>{problemText(problem)}</Problem>;
  if (end !== undefined)
    return (
      <Note code={`ended-${end}`} tone="info">
        <strong>{texts.ended}</strong>
        <p>
          {texts.endReasons[end]} {texts.endedAgain}
        </p>
      </Note>
    );
  const text = done !== undefined && Object.hasOwn(texts.done, done) ? texts.done[done] : undefined;
  return text === undefined ? null : <Note code={done ?? ''}>{text}</Note>;
}

/** Says what is wrong with what was typed. The nearest right name is a link that fills the form with it. */
function IdentifierProblem({ basePath, returnTo, identifier }: SignInView & { identifier: string }): VNode {
  const code = 'InvalidIdentifier';
  const read = readIdentifier(identifier);
  if (read.kind !== 'flawed') return <Problem code={code}>{problemText(code)}</Problem>;
  const { flaw, suggestion } = read;
  if (suggestion === undefined) return <Problem code={code}>{flawTexts[flaw]}</Problem>;
  const corrected = new URLSearchParams({ identifier: suggestion, ...(returnTo && { return_to: returnTo }) });
  return (
    <Problem code={code}>
      <p>
        {flawTexts[flaw]} {texts.didYouMean} <a href={`${basePath}/?${corrected}`}>{suggestion}</a>?
      </p>
    </Problem>
  );
}
