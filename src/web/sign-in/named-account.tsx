import type { VNode } from 'preact';
import { AccountChip } from '../frame/avatar.tsx';
import { Breakable } from '../frame/breakable.tsx';
import { signInTexts as texts } from '../texts/sign-in.ts';
import type { SignedInAccount } from './sign-in-view.ts';

/** The signed-in account on a page with a question: its picture and handle. Its DID is folded away. */
export function NamedAccount({ basePath, account }: { basePath: string; account: SignedInAccount }): VNode {
  const chip = <AccountChip basePath={basePath} {...account} withoutDid />;
  // Without a verified handle the DID is the name.
  if (account.handle === null) return chip;
  return (
    <div class="named">
      {chip}
      <details class="small">
        <summary>{texts.did}</summary>
        <code class="written" data-did>
          <Breakable>{account.did}</Breakable>
        </code>
      </details>
    </div>
  );
}
