import type { VNode } from 'preact';
import type { Did } from '../../../database/tables/did.ts';
import { FieldProblem, Problem } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { newKeyTexts as texts } from '../../texts/new-key.ts';
import { problemText } from '../../texts/problem-text.ts';
import { AccountFrame } from '../frame/account-frame.tsx';
import { AccessChoices, type AccessChoicesProps } from './access-choices.tsx';
import { EndChoices, type EndChoicesProps } from './end-choices.tsx';

/** The fields that a problem may concern. */
export const newKeyFields = ['name', 'access', 'date'] as const;

const PROBLEMS: Readonly<Record<NewKeyField, string>> = {
  name: texts.nameProblem,
  access: texts.choiceProblem,
  date: texts.dateProblem,
};

type NewKeyField = (typeof newKeyFields)[number];

export type NewKeyView = Frame &
  Omit<AccessChoicesProps & EndChoicesProps, 'isWrong'> & {
    /** The account that the form is for. */
    readonly did: Did;
    /** The fields as they were sent before, if there was a problem. */
    readonly name: string | undefined;
    readonly problem: string | undefined;
    /** The field that the problem concerns. */
    readonly wrong: NewKeyField | undefined;
  };

/** The form of a new key: its name, permissions and end. */
export function NewKeyPage(view: NewKeyView): VNode {
  const { basePath, problem, wrong } = view;
  return (
    <AccountFrame {...view} title={texts.title}>
      <div class="title">
        <h1>{texts.title}</h1>
        <p>{texts.lead}</p>
      </div>
      {problem === undefined ? null : (
        <Problem code={problem}>{wrong === undefined ? problemText(problem) : PROBLEMS[wrong]}</Problem>
      )}
      <form method="post" action={`${basePath}/account/keys`} class="card">
        <input type="hidden" name="account" value={view.did} />
        <NameField {...view} />
        <AccessChoices {...view} isWrong={wrong === 'access'} />
        <EndChoices {...view} isWrong={wrong === 'date'} />
        <div class="actions">
          <button type="submit">{texts.goOn}</button>
          <a class="button secondary" href={`${basePath}/account`}>
            {texts.cancel}
          </a>
        </div>
      </form>
    </AccountFrame>
  );
}

function NameField({ name, wrong }: NewKeyView): VNode {
  const isWrong = wrong === 'name';
  return (
    <div class="field">
      <label for="name">{texts.name}</label>
      <input
        id="name"
        name="name"
        value={name}
        required
        maxLength={64}
        autocomplete="off"
        aria-invalid={isWrong}
        aria-describedby={isWrong ? 'name-problem name-help' : 'name-help'}
      />
      {isWrong ? <FieldProblem id="name-problem">{texts.nameProblem}</FieldProblem> : null}
      <p id="name-help" class="quiet">
        {texts.nameHelp}
      </p>
    </div>
  );
}
