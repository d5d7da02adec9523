import type { VNode } from 'preact';
import { ButtonForm } from '../../frame/button-form.tsx';
import { keyTexts as texts } from '../../texts/keys.ts';
import type { LostKey } from './lost-key-reasons.service.ts';

/** How many sessions one button reconnects. The rest stay listed. */
export const MOST_AT_ONCE = 25;

export type LostKeysProps = { readonly basePath: string; readonly lost: readonly LostKey[] };

/** The keys that have stopped working, each with a button that reconnects it, and one for all of them. */
export function LostKeys({ basePath, lost }: LostKeysProps): VNode | null {
  if (lost.length === 0) return null;
  const sessions = [...new Set(lost.map(({ sessionId }) => sessionId))];
  const several = sessions.length > 1;
  return (
    <>
      {several ? <LostTogether basePath={basePath} sessions={sessions} count={lost.length} /> : null}
      {lost.map(key => (
        <Lost key={key.id} basePath={basePath} lost={key} kind={several ? 'button secondary' : 'button'} />
      ))}
    </>
  );
}

type LostTogetherProps = {
  readonly basePath: string;
  readonly sessions: readonly string[];
  readonly count: number;
};

function LostTogether({ basePath, sessions, count }: LostTogetherProps): VNode {
  const named = sessions.slice(0, MOST_AT_ONCE);
  const isAll = named.length === sessions.length;
  return (
    <section class="note problem lost" data-lost-together aria-label={texts.lostTogether(count)}>
      <div class="row-main">
        <h2>{texts.lostTogether(count)}</h2>
        <p class="quiet">{texts.lostTogetherHint}</p>
      </div>
      <ButtonForm action={`${basePath}/account/keys/reconnect`} fields={{ sessions: named.join(',') }}>
        {isAll ? texts.reconnectAll : texts.reconnectFirst(named.length)}
      </ButtonForm>
    </section>
  );
}

type LostProps = { readonly basePath: string; readonly lost: LostKey; readonly kind: string };

function Lost({ basePath, lost, kind }: LostProps): VNode {
  const { name, sessionId, reason } = lost;
  const query = new URLSearchParams({
    reconnect: sessionId,
    return_to: `${basePath}/account?done=reconnected`,
  });
  return (
    <section class="note problem lost" data-lost={lost.id} aria-label={texts.lost(name)}>
      <div class="row-main">
        <h2>
          <bdi>{texts.lost(name)}</bdi>
        </h2>
        <p>{texts.lostReasons[reason ?? 'unknown']}</p>
        <p class="quiet">{texts.lostHint}</p>
      </div>
      <a class={kind} href={`${basePath}/oauth/login?${query}`} aria-label={texts.reconnectNamed(name)}>
        {texts.reconnect}
      </a>
    </section>
  );
}
