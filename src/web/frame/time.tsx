import type { VNode } from 'preact';
import { utcText } from './utc-text.ts';

/** A time: in UTC, and in the reader's own zone and language where scripts run; the exact instant is in its title. */
export function Time({ at }: { at: Date | string }): VNode {
  const time = new Date(at);
  return (
    <time dateTime={time.toISOString()} title={time.toISOString()} data-local>
      {utcText(time)}
    </time>
  );
}
