import type { VNode } from 'preact';
import type { DayOfCalls } from '../../api-keys/usage/key-usage.ts';
import { usageTexts as texts } from '../texts/usage.ts';
import { outcomes } from './calls.ts';

/** The calls by day, the newest day first. */
export function UsageTable({ days }: { days: readonly DayOfCalls[] }): VNode {
  return (
    <table class="usage-table">
      <thead>
        <tr>
          <th scope="col">{texts.day}</th>
          {outcomes.map(outcome => (
            <th key={outcome} scope="col">
              {texts.columns[outcome]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map(day => (
          <tr key={day.day}>
            <th scope="row">
              <time dateTime={day.day}>{texts.date(day.day)}</time>
            </th>
            {outcomes.map(outcome => (
              <td key={outcome}>{texts.number(day[outcome])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
