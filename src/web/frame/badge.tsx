import type { VNode } from 'preact';

/** The kind of condition that a badge shows: healthy, needs attention, or over. */
export type Tone = 'good' | 'alert' | 'over';

export function Badge({ tone, children }: { tone: Tone; children: string }): VNode {
  return <span class={`badge ${tone}`}>{children}</span>;
}
