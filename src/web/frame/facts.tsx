import type { ComponentChildren, VNode } from 'preact';

/** A name and its value. An undefined fact is left out. */
export type Fact = readonly [name: string, value: ComponentChildren];

/** Short facts about one thing, side by side if there is room. */
export function Facts({ facts }: { facts: readonly (Fact | undefined)[] }): VNode {
  return (
    <dl class="facts">
      {facts.map(fact =>
        fact === undefined ? null : (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** Longer facts, one below the other, or in columns. */
export function Details({
  facts,
  columns = false,
}: {
  facts: readonly (Fact | undefined)[];
  columns?: boolean;
}): VNode {
  return (
    <dl class={columns ? 'details columns' : 'details'}>
      {facts.map(fact =>
        fact === undefined ? null : (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
