import type { VNode } from 'preact';
import type { ApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import type { DayOfCalls } from '../../api-keys/usage/key-usage.ts';
import { Time } from '../frame/time.tsx';
import { usageTexts as texts } from '../texts/usage.ts';
import { busiestOf, callsOn, totalOf } from './calls.ts';
import { UsageChart } from './usage-chart.tsx';
import { UsageTable } from './usage-table.tsx';

export type KeyUseProps = {
  readonly apiKey: Pick<ApiKeyView, 'id' | 'lastUsedAt' | 'lastUsedClient' | 'lastUsedNetwork'>;
  readonly days: readonly DayOfCalls[];
  readonly title: string;
  /** The network of the reader. */
  readonly ownNetwork: string | null;
};

/** The last use of a key, and its calls of the last 30 days in words, as a chart and as a table. */
export function KeyUse({ apiKey, days, title, ownNetwork }: KeyUseProps): VNode {
  const id = `use-${apiKey.id}`;
  return (
    <section class="card" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>
          <bdi>{title}</bdi>
        </h2>
        <LastUse {...apiKey} ownNetwork={ownNetwork} />
        <p>{summaryOf(days)}</p>
      </div>
      {callsOn(totalOf(days)) === 0 ? null : (
        <>
          <UsageChart days={days} />
          <p class="quiet">{texts.meaning}</p>
          <details>
            <summary>{texts.byDay}</summary>
            <UsageTable days={days} />
          </details>
        </>
      )}
    </section>
  );
}

function LastUse({
  lastUsedAt,
  lastUsedClient,
  lastUsedNetwork,
  ownNetwork,
}: KeyUseProps['apiKey'] & Pick<KeyUseProps, 'ownNetwork'>): VNode {
  if (lastUsedAt === null) return <p>{texts.notUsed}</p>;
  const isHere = lastUsedNetwork === ownNetwork;
  return (
    <p>
      {texts.lastUsed} <Time at={lastUsedAt} />
      {lastUsedClient === null ? null : <> {texts.by(lastUsedClient)}</>}
      {lastUsedNetwork === null ? null : <> {isHere ? texts.fromHere : texts.from(lastUsedNetwork)}</>}.
    </p>
  );
}

function summaryOf(days: readonly DayOfCalls[]): string {
  const calls = callsOn(totalOf(days));
  if (calls === 0) return texts.none;
  const busiest = busiestOf(days);
  return calls === 1 || !busiest
    ? texts.calls(calls)
    : `${texts.calls(calls)} ${texts.busiest(texts.date(busiest.day), callsOn(busiest))}`;
}
