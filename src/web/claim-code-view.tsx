import type { VNode } from 'preact';
import { Page } from './page.tsx';
import { utcText } from './utc-text.ts';

export type ClaimCodeViewProps = {
  readonly basePath: string;
  readonly brokerName: string;
  /** As the asker says. */
  readonly name: string;
  readonly code: string;
  readonly expiresAt: Date;
};

/** What the owner sees once they have authorized a key: the code, and whom not to give it to. */
export function ClaimCodeView({ basePath, brokerName, name, code, expiresAt }: ClaimCodeViewProps): VNode {
  return (
    <Page title={`Your code · ${brokerName}`} basePath={basePath}>
      <p class="brand">{brokerName}</p>
      <h1>Your code</h1>
      <section aria-label="The code" class="card">
        <p>
          <strong class="code" data-claim-code>
            {code}
          </strong>
        </p>
        <p>
          Type it where you asked for the key “<bdi>{name}</bdi>”, by {utcText(expiresAt)}. It is shown this
          once.
        </p>
      </section>
      <p role="alert" class="problem">
        Give this code to nobody who wrote to you first. Whoever has it, and asked for this key, can act for
        your account.
      </p>
      <p class="quiet">
        You did not ask for a key yourself? Close this page. Without the code the request ends by itself, and
        so does the permission that you gave.
      </p>
    </Page>
  );
}
