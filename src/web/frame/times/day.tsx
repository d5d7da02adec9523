import type { VNode } from 'preact';
import { dayText } from './day-text.ts';
import { utcText } from './utc-text.ts';

/** A time as days from now, such as "in 90 days". Its title has the exact time. Scripts count in the reader's zone. */
export function Day({ at, now = new Date() }: { at: Date | string; now?: Date }): VNode {
  const time = new Date(at);
  return (
    <time dateTime={time.toISOString()} title={utcText(time)} data-day>
      {dayText(time, now)}
    </time>
  );
}
