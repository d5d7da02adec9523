import type { VNode } from 'preact';
import type { KeyRequest } from '../api-keys/key-request.ts';
import { Page } from './page.tsx';
import { scopeText } from './scope-text.ts';
import { utcText } from './utc-text.ts';

export type ConnectView = {
  readonly basePath: string;
  readonly brokerName: string;
  readonly request: KeyRequest;
};

/** The page of a key request that is not over: who asks for what, and the two answers. */
export function ConnectPage({ basePath, brokerName, request }: ConnectView): VNode {
  const isPending = request.status === 'pending';
  const heading = isPending ? 'Somebody asks for a key to your account' : 'This key was authorized';
  return (
    <Page title={`${heading} · ${brokerName}`} basePath={basePath}>
      <p class="brand">{brokerName}</p>
      <h1>{heading}</h1>
      {isPending ? (
        <p role="alert" class="problem">
          Approve only what you have asked for yourself, just now. A key acts for your account without you.
        </p>
      ) : null}
      <section aria-label="The request" class="card">
        <dl>
          <Asker {...request} />
          <Account {...request} />
          <Permissions scope={request.scope} />
          <Life {...request} />
        </dl>
      </section>
      {isPending ? (
        <Answers basePath={basePath} id={request.id} />
      ) : (
        <Withdrawal basePath={basePath} id={request.id} />
      )}
      <p class="quiet">This request ends at {utcText(request.expiresAt)}.</p>
    </Page>
  );
}

function Asker({ name, askedFrom, createdAt }: KeyRequest): VNode {
  return (
    <>
      <dt>Who asks</dt>
      <dd>
        <strong data-asker>
          “<bdi>{name}</bdi>”
        </strong>
        <span class="quiet">Not verified: whoever asks chooses this name.</span>
      </dd>
      <dt>From</dt>
      <dd data-asked-from>
        {askedFrom}, {utcText(createdAt)}
      </dd>
    </>
  );
}

function Account({ handle, did }: KeyRequest): VNode {
  return (
    <>
      <dt>For the account</dt>
      <dd>
        <strong data-handle>{handle ?? did}</strong>
        {handle === null ? null : (
          <span class="quiet did" data-did>
            {did}
          </span>
        )}
      </dd>
    </>
  );
}

function Permissions({ scope }: { scope: string }): VNode {
  return (
    <>
      <dt>To do this</dt>
      <dd>
        <ul>
          {scope.split(' ').map(part => (
            <li key={part} data-scope={part}>
              {scopeText(part)} <span class="quiet did">{part}</span>
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}

function Life({ expiresInDays }: KeyRequest): VNode {
  const days = expiresInDays === 1 ? '1 day' : `${expiresInDays ?? ''} days`;
  return (
    <>
      <dt>Until</dt>
      <dd data-key-life>
        {expiresInDays === null ? 'you revoke the key' : `${days} after the key is handed over`}
      </dd>
    </>
  );
}

function Answers({ basePath, id }: { basePath: string; id: string }): VNode {
  return (
    <section aria-label="Your answer" class="card">
      <form method="post" action={`${basePath}/connect/${id}/approve`}>
        <button type="submit">Approve</button>
      </form>
      <form method="post" action={`${basePath}/connect/${id}/deny`}>
        <button type="submit" class="secondary">
          Deny
        </button>
      </form>
      <p class="quiet">
        When you approve, you sign in and give permission at your own server. Then you are given a code,
        without which nobody gets the key.
      </p>
    </section>
  );
}

function Withdrawal({ basePath, id }: { basePath: string; id: string }): VNode {
  return (
    <section aria-label="Your answer" class="card">
      <p>It waits to be claimed with the code that you were shown.</p>
      <form method="post" action={`${basePath}/connect/${id}/deny`}>
        <button type="submit" class="secondary">
          Deny after all
        </button>
      </form>
    </section>
  );
}
