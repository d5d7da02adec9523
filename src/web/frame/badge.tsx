import type { ComponentChildren, VNode } from 'preact';

/** The kind of condition that a badge shows: healthy, ending soon, needs attention, or over. */
export type Tone = 'good' | 'soon' | 'alert' | 'over';

export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }): VNode {
  return <span class={`badge ${tone}`}>{children}</span>;
}
