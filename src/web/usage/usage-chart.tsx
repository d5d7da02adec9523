import type { VNode } from 'preact';
import type { DayOfCalls } from '../../api-keys/usage/key-usage.ts';
import { usageTexts as texts } from '../texts/usage.ts';
import { busiestOf, callsOn, outcomes, totalOf } from './calls.ts';

const HEIGHT = 64;
const STEP = 10;
const BAR = 7;

/** The least height of a part, so that one failed call among thousands is seen. */
const LEAST = 2;

/** A bar for each day, which screen readers skip: the table beside it has the same numbers. Below it the totals. */
export function UsageChart({ days }: { days: readonly DayOfCalls[] }): VNode {
  const busiest = busiestOf(days);
  const most = busiest ? callsOn(busiest) : 0;
  const total = totalOf(days);
  const ends = [days[0], days.at(-1)].map(day => day && texts.date(day.day));
  return (
    <div class="usage">
      <svg viewBox={`0 0 ${days.length * STEP} ${HEIGHT + 1}`} preserveAspectRatio="none" aria-hidden="true">
        {days.map((day, index) => (
          <Bar key={day.day} day={day} x={index * STEP + (STEP - BAR) / 2} most={most} />
        ))}
        <rect class="usage-base" x={0} y={HEIGHT} width={days.length * STEP} height={1} />
      </svg>
      <div class="usage-ends" aria-hidden="true">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
      <ul class="usage-legend">
        {outcomes.map(outcome => (
          <li key={outcome} class={`usage-${outcome}`}>
            {texts.outcomes[outcome](total[outcome])}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Bar({ day, x, most }: { day: DayOfCalls; x: number; most: number }): VNode {
  let top = HEIGHT;
  return (
    <g>
      <title>{`${texts.date(day.day)}: ${outcomes.map(outcome => texts.outcomes[outcome](day[outcome])).join(', ')}`}</title>
      {outcomes.map(outcome => {
        if (day[outcome] === 0) return null;
        // Rounded to a tenth, because more digits are not seen. Leaves room for the least heights of two parts.
        const height = Math.max(LEAST, Math.round((day[outcome] / most) * (HEIGHT - 2 * LEAST) * 10) / 10);
        top -= height;
        return <rect key={outcome} class={`usage-${outcome}`} x={x} y={top} width={BAR} height={height} />;
      })}
    </g>
  );
}
