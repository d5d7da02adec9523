import type { VNode } from 'preact';
import { keyTexts as texts } from '../../texts/keys.ts';
import type { LostKey } from './lost-key-reasons.service.ts';

export type LostKeysProps = { readonly basePath: string; readonly lost: readonly LostKey[] };

/** The keys that have stopped working, each with a button that reconnects it. */
export function LostKeys({ basePath, lost }: LostKeysProps): VNode | null {
  if (lost.length === 0) return null;
  return (
    <>
      {lost.map(key => (
        <Lost key={key.id} basePath={basePath} lost={key} />
      ))}
    </>
  );
}

function Lost({ basePath, lost }: { basePath: string; lost: LostKey }): VNode {
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
      <a class="button" href={`${basePath}/oauth/login?${query}`} aria-label={texts.reconnectNamed(name)}>
        {texts.reconnect}
      </a>
    </section>
  );
}
