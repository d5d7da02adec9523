import type { VNode } from 'preact';
import { Breakable } from '../../frame/breakable.tsx';
import { Problem } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import { problemText } from '../../texts/problem-text.ts';
import { scopeText } from '../../texts/scope-text.ts';
import { AccountFrame } from '../frame/account-frame.tsx';
import { keyEnds, permissionField } from './new-key-form.ts';

export type NewKeyView = Frame & {
  /** The parts of the scope that a key can have. */
  readonly permissions: readonly string[];
  /** What was chosen before, when something was wrong with it. */
  readonly name: string | undefined;
  readonly chosen: readonly string[];
  readonly ends: string;
  readonly problem: string | undefined;
};

/** The form with which an owner makes a key: what for, what it may do, until when. */
export function NewKeyPage(view: NewKeyView): VNode {
  const { basePath, name, problem } = view;
  const isWrong = problem === 'InvalidRequest';
  return (
    <AccountFrame {...view} title={texts.newTitle}>
      <div class="title">
        <h1>{texts.newTitle}</h1>
        <p>{texts.newLead}</p>
      </div>
      {problem === undefined ? null : <Problem code={problem}>{problemText(problem)}</Problem>}
      <form method="post" action={`${basePath}/account/keys`} class="card">
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
            aria-describedby={isWrong ? 'problem name-help' : 'name-help'}
          />
          <p id="name-help" class="quiet">
            {texts.nameHelp}
          </p>
        </div>
        <PermissionChoices {...view} />
        <EndChoices {...view} />
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

function PermissionChoices({ permissions, chosen }: NewKeyView): VNode {
  return (
    <fieldset aria-describedby="permissions-help">
      <legend>{texts.permissions}</legend>
      <p id="permissions-help" class="quiet">
        {texts.permissionsHelp}
      </p>
      {permissions.map((scope, index) =>
        scope === 'atproto' ? (
          <p key={scope} class="choice fixed">
            <span aria-hidden="true">✓</span>
            <span>
              {scopeText(scope)} <span class="quiet">({texts.always})</span>
            </span>
          </p>
        ) : (
          <label key={scope} class="choice">
            <input
              type="checkbox"
              name={permissionField(index)}
              value="yes"
              checked={chosen.includes(scope)}
            />
            <span>
              <Breakable>{scopeText(scope)}</Breakable>{' '}
              <code class="written">
                <Breakable>{scope}</Breakable>
              </code>
            </span>
          </label>
        ),
      )}
    </fieldset>
  );
}

function EndChoices({ ends }: NewKeyView): VNode {
  return (
    <fieldset aria-describedby="ends-help">
      <legend>{texts.ends}</legend>
      <p id="ends-help" class="quiet">
        {texts.endsHelp}
      </p>
      {keyEnds.map(choice => (
        <label key={choice} class="choice">
          <input type="radio" name="ends" value={choice} checked={choice === ends} />
          <span>{texts.endChoices[choice]}</span>
        </label>
      ))}
    </fieldset>
  );
}
