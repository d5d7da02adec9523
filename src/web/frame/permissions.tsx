import type { VNode } from 'preact';
import { Breakable } from './breakable.tsx';
import { scopeText } from '../texts/scope-text.ts';

/** What a scope permits, in plain words, each with how it is written. */
export function Permissions({ scope }: { scope: string }): VNode {
  return (
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
  );
}
