import type { VNode } from 'preact';
import type { IssuedApiKey } from '../../../api-keys/keys/api-keys.service.ts';
import { scopesExceeding } from '../../../oauth/scopes/scopes.ts';
import { ButtonForm } from '../../frame/button-form.tsx';
import { Caution, Note, Problem } from '../../frame/note.tsx';
import type { Frame } from '../../frame/pages.service.ts';
import { keyTexts as texts } from '../../texts/keys.ts';
import { problemText } from '../../texts/problem-text.ts';
import { AccountFrame } from '../frame/account-frame.tsx';
import { codeSamples } from './code-samples.ts';
import { CodeTabs } from './code-tabs.tsx';
import type { TrialOutcome } from './key-trial.service.ts';

export type KeySecretView = Frame & {
  readonly baseUrl: string;
  readonly issued: Pick<IssuedApiKey, 'id' | 'did' | 'name' | 'scope' | 'secret'>;
  /** The grace period of the secret that was replaced. Undefined for a new key. */
  readonly graceSeconds?: number;
  /** What the owner's trial of the key came to. */
  readonly trial?: TrialOutcome;
};

const POSTING = 'repo:app.bsky.feed.post?action=create';

/** The page that shows a secret, once. */
export function KeySecretPage(view: KeySecretView): VNode {
  const { basePath, baseUrl, issued, graceSeconds } = view;
  const title = graceSeconds === undefined ? texts.secretTitle : texts.newSecretTitle;
  return (
    <AccountFrame {...view} title={title}>
      <h1>{title}</h1>
      <Caution>
        <strong>{texts.once}</strong>
      </Caution>
      <section class="card" aria-label={texts.secretOf(issued.name)}>
        <h2>
          <bdi>{texts.secretOf(issued.name)}</bdi>
        </h2>
        <code id="secret" class="secret" data-secret>
          {issued.secret}
        </code>
        <button type="button" data-copy="secret" data-copied={texts.copied} aria-live="polite" hidden>
          {texts.copy}
        </button>
        <ButtonForm
          action={`${basePath}/account/keys/${issued.id}/env`}
          kind="secondary"
          fields={{ secret: issued.secret }}
        >
          {texts.download}
        </ButtonForm>
        <p class="quiet">{texts.secrecy}</p>
      </section>
      {graceSeconds === undefined ? null : (
        <Note>
          {graceSeconds > 0 ? texts.graceUntil(texts.graceTexts[graceSeconds] ?? '') : texts.noGrace}
        </Note>
      )}
      <Trial {...view} />
      <section class="card" aria-label={texts.samples}>
        <CodeTabs samples={codeSamples({ baseUrl, did: issued.did }, issued.secret)} />
        {scopesExceeding(issued.scope, POSTING).length > 0 ? <p class="quiet">{texts.cannotPost}</p> : null}
      </section>
      <p>
        <a class="button secondary" href={`${basePath}/account`}>
          {texts.toKeys}
        </a>
      </p>
    </AccountFrame>
  );
}

/** The secret is sent in a form's body: it never stands in an address. */
function Trial({ basePath, issued, trial }: KeySecretView): VNode {
  return (
    <section class="card" id="try" aria-labelledby="try-title">
      <div class="section-head">
        <h2 id="try-title">{texts.tryTitle}</h2>
        <p>{texts.tryLead}</p>
      </div>
      {trial === undefined ? null : trial === 'works' ? (
        <Note code="works">{texts.tryWorks}</Note>
      ) : (
        <Problem code={trial}>{problemText(trial)}</Problem>
      )}
      <ButtonForm
        action={`${basePath}/account/keys/${issued.id}/try#try`}
        kind="secondary"
        fields={{ secret: issued.secret }}
      >
        {texts.doTry}
      </ButtonForm>
    </section>
  );
}
