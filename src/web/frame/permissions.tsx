import type { VNode } from 'preact';
import { Breakable } from './breakable.tsx';
import { canAct } from '../../oauth/scopes/key-scope.ts';
import { POWERLESS, scopeText } from '../texts/scope-text.ts';

/** The permissions of a scope in plain words, each with its scope text. */
export function Permissions({ scope }: { scope: string }): VNode {
  return (
    <>
      <ul class="permissions">
        {scope.split(' ').map(part => (
          <li key={part} data-scope={part}>
            <Breakable>{scopeText(part)}</Breakable>{' '}
            <code class="written">
              <Breakable>{part}</Breakable>
            </code>
          </li>
        ))}
      </ul>
      {canAct(scope) ? null : (
        <p class="quiet" data-powerless>
          {POWERLESS}
        </p>
      )}
    </>
  );
}
