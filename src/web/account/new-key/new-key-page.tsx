import type { VNode } from 'preact';
import type { Did } from '../../../database/tables/did.ts';
import { Breakable } from '../../frame/breakable.tsx';
import { Problem } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import { problemText } from '../../texts/problem-text.ts';
import { scopeText } from '../../texts/scope-text.ts';
import { AccountFrame } from '../frame/account-frame.tsx';
import { keyEnds, permissionField } from './new-key-form.ts';

export type NewKeyView = Frame & {
  /** The account that the form is for. */
  readonly did: Did;
  /** The parts of the configured scope. */
  readonly permissions: readonly string[];
  /** The fields as they were sent before, if there was a problem. */
  readonly name: string | undefined;
  readonly chosen: readonly string[];
  readonly ends: string;
  readonly problem: string | undefined;
};

/** The form of a new key: its name, permissions and end. */
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
        <input type="hidden" name="account" value={view.did} />
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
