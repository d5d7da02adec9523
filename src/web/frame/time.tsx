import type { VNode } from 'preact';
import { utcText } from './times/utc-text.ts';

/** A time in UTC. Scripts turn it into the reader's zone and language. Its title has the exact instant. */
export function Time({ at }: { at: Date | string }): VNode {
  const time = new Date(at);
  return (
    <time dateTime={time.toISOString()} title={time.toISOString()} data-local>
      {utcText(time)}
    </time>
  );
}
