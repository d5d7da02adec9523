import type { VNode } from 'preact';
import { AccountChip } from '../../frame/avatar.tsx';
import { Details } from '../../frame/facts.tsx';
import { Note, Problem } from '../../frame/note.tsx';
import { Permissions } from '../../frame/permissions.tsx';
import { accountTexts as texts } from '../../texts/account.ts';
import { problemText } from '../../texts/problem-text.ts';
import { AccountFrame } from '../frame/account-frame.tsx';
import type { AccountView } from './account-view.ts';
import { BrowsersSection } from '../browsers/browsers-section.tsx';
import { KeysSection } from '../keys/keys-section.tsx';
import { LostKeys } from '../keys/lost-keys.tsx';
import { Shortfall } from './shortfall.tsx';

/** The page at `/account`: the account, its browsers and its keys. */
export function AccountPage(view: AccountView): VNode {
  return (
    <AccountFrame {...view} title={texts.title} width="wide">
      <h1>{texts.title}</h1>
      <Notes {...view} />
      <LostKeys {...view} />
      <Identity {...view} />
      <Shortfall {...view} />
      <KeysSection {...view} />
      <BrowsersSection {...view} />
    </AccountFrame>
  );
}

function Notes({ problem, done, count }: AccountView): VNode | null {
  if (problem !== undefined) return <Problem code={problem}>{problemText(problem)}</Problem>;
  const text = doneText(done, count);
  return text === undefined ? null : <Note code={done ?? ''}>{text}</Note>;
}

function doneText(done: string | undefined, count: number | undefined): string | undefined {
  if (done === 'reconnected-all' && count !== undefined) return texts.reconnectedAll(count);
  return done !== undefined && Object.hasOwn(texts.done, done) ? texts.done[done] : undefined;
}

function Identity({ basePath, brokerName, session, handle }: AccountView): VNode {
  const { did, pds, scope } = session;
  return (
    <section aria-label={texts.title} class="card identity">
      <AccountChip basePath={basePath} did={did} handle={handle} />
      <div class="identity-more">
        <details>
          <summary>{texts.mayDo(brokerName)}</summary>
          <Permissions scope={scope} />
          <p class="quiet">{texts.mayDoLead}</p>
          <Details facts={[[texts.server, <span data-pds>{new URL(pds).host}</span>]]} />
        </details>
        <a href={`${basePath}/?switch=yes`}>{texts.other}</a>
      </div>
    </section>
  );
}
