import type { VNode } from 'preact';
import { Breakable } from '../../frame/breakable.tsx';
import { FieldProblem } from '../../frame/note.tsx';
import { newKeyTexts as texts } from '../../texts/new-key.ts';
import { scopeText } from '../../texts/scope-text.ts';
import type { KeyAccess, KeyOffer } from './new-key-form.ts';
import { groupPermissions, type OfferedPermission, type PermissionGroup } from './permission-groups.ts';

export type AccessChoicesProps = {
  readonly offer: KeyOffer;
  readonly access: KeyAccess;
  readonly chosen: readonly string[];
  readonly isWrong: boolean;
};

/** The presets of a key's permissions, and the boxes of each, which style sheets fold up until they are asked for. */
export function AccessChoices({ offer, access, chosen, isWrong }: AccessChoicesProps): VNode {
  return (
    <fieldset class="access" aria-describedby="access-help">
      <legend>{texts.access}</legend>
      <p id="access-help" class="quiet">
        {texts.accessHelp}
      </p>
      {[...offer.presets, 'choose' as const].map(choice => (
        <label key={choice} class="choice">
          <input type="radio" name="access" value={choice} checked={choice === access} />
          <span>
            <strong>{texts.accessChoices[choice][0]}</strong>
            <span class="quiet">{texts.accessChoices[choice][1]}</span>
          </span>
        </label>
      ))}
      {isWrong ? <FieldProblem id="access-problem">{texts.choiceProblem}</FieldProblem> : null}
      <div class="access-parts">
        {groupPermissions(offer.permissions).map(([group, permissions]) => (
          <Group key={group} {...{ group, permissions, chosen }} />
        ))}
      </div>
    </fieldset>
  );
}

type GroupProps = {
  readonly group: PermissionGroup;
  readonly permissions: readonly OfferedPermission[];
  readonly chosen: readonly string[];
};

function Group({ group, permissions, chosen }: GroupProps): VNode {
  return (
    <fieldset>
      <legend>{texts.groups[group]}</legend>
      {permissions.map(({ field, scope }) => (
        <label key={scope} class="choice">
          <input type="checkbox" name={field} value="yes" checked={chosen.includes(scope)} />
          <span>
            <Breakable>{scopeText(scope)}</Breakable>{' '}
            <code class="written">
              <Breakable>{scope}</Breakable>
            </code>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
