import { Fragment, type ComponentChildren, type VNode } from 'preact';

/** A name and what stands for it; one without a value is left out. */
export type Fact = readonly [name: string, value: ComponentChildren];

/** Short facts about one thing, side by side where there is room. */
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

/** Larger facts, each in a row of its own. */
export function Details({ facts }: { facts: readonly (Fact | undefined)[] }): VNode {
  return (
    <dl class="details">
      {facts.map(fact =>
        fact === undefined ? null : (
          <Fragment key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}
