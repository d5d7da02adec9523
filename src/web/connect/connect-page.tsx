import type { VNode } from 'preact';
import type { KeyRequest } from '../../api-keys/requests/rules/key-request.ts';
import { ButtonForm } from '../frame/button-form.tsx';
import { Caution, Problem } from '../frame/note.tsx';
import { Page } from '../frame/page.tsx';
import type { Frame } from '../frame/pages.service.ts';
import { Time } from '../frame/time.tsx';
import { connectTexts as texts } from '../texts/connect.ts';
import { problemText } from '../texts/problem-text.ts';
import type { ReaderNetwork } from './reader-network.ts';
import { RequestDetails } from './request-details.tsx';

export type ConnectView = Frame & {
  readonly request: KeyRequest;
  /** True if this browser requested the key. */
  readonly isOwn: boolean;
  /** True if this browser authorized the key and can show its code. */
  readonly hasCode: boolean;
  readonly network: ReaderNetwork;
  /** How long the key's session can live without its owner, if they approve it now. */
  readonly needsOwnerBy: Date;
  /** The code of an error at the account's server. */
  readonly problem?: string | undefined;
};

/** The page of an open key request: who asks for what, and the two answers. */
export function ConnectPage(view: ConnectView): VNode {
  const { request, isOwn, problem } = view;
  const isPending = request.status === 'pending';
  const heading = isPending ? (isOwn ? texts.ownTitle : texts.title) : texts.authorizedTitle;
  return (
    <Page {...view} title={heading}>
      <div class="title">
        <h1>{heading}</h1>
        {isPending && isOwn ? <p>{texts.ownLead}</p> : null}
      </div>
      {problem === undefined ? null : <Problem code={problem}>{problemText(problem)}</Problem>}
      {isPending && !isOwn ? <Caution>{texts.warning}</Caution> : null}
      <section aria-label={texts.noticeTitle} class="card">
        <RequestDetails {...view} />
      </section>
      {isPending ? <Answers {...view} /> : <Withdrawal {...view} />}
      <p class="quiet">
        {isPending ? texts.ends : texts.waitsUntil} <Time at={request.expiresAt} />.
      </p>
    </Page>
  );
}

function Answers({ basePath, request, isOwn }: ConnectView): VNode {
  const { id, loopback } = request;
  const next = isOwn ? texts.ownNext : loopback === null ? texts.next : texts.nextLoopback;
  return (
    <section aria-label={texts.approve} class="card">
      {/* The page warns of strangers' requests, so it recommends neither answer. */}
      <div class={isOwn ? 'actions' : 'actions even'}>
        <ButtonForm action={`${basePath}/connect/${id}/approve`} kind={isOwn ? 'primary' : 'secondary'}>
          {texts.approve}
        </ButtonForm>
        <ButtonForm action={`${basePath}/connect/${id}/deny`} kind="secondary">
          {texts.deny}
        </ButtonForm>
      </div>
      <p class="quiet">{next}</p>
    </section>
  );
}

function Withdrawal({ basePath, request, isOwn, hasCode }: ConnectView): VNode {
  return (
    <section aria-label={texts.denyAfterAll} class="card">
      <p>{isOwn ? texts.ownWaits : texts.waits}</p>
      {isOwn ? (
        <a class="button" href={`${basePath}/account/key-requests/${request.id}`}>
          {texts.ownShow}
        </a>
      ) : null}
      {hasCode ? (
        <a class="button" href={`${basePath}/connect/${request.id}/code`}>
          {texts.codeAgain}
        </a>
      ) : null}
      <ButtonForm action={`${basePath}/connect/${request.id}/deny`} kind="secondary">
        {texts.denyAfterAll}
      </ButtonForm>
    </section>
  );
}
