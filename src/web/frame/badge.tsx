import type { VNode } from 'preact';

/** How a thing is, in a word: well, in need of somebody, or over. */
export type Tone = 'good' | 'alert' | 'over';

export function Badge({ tone, children }: { tone: Tone; children: string }): VNode {
  return <span class={`badge ${tone}`}>{children}</span>;
}
