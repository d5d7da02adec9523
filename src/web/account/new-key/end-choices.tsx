import type { VNode } from 'preact';
import { FieldProblem } from '../../frame/note.tsx';
import { Time } from '../../frame/time.tsx';
import { newKeyTexts as texts } from '../../texts/new-key.ts';
import { dateField, keyEnds, type KeyEnd } from './new-key-form.ts';

const DAY_MS = 24 * 60 * 60_000;

export type EndChoicesProps = {
  readonly ends: string;
  readonly date: string | undefined;
  /** How long a session lives without its owner, in milliseconds. */
  readonly sessionLifeMs: number;
  readonly isLoopback: boolean;
  readonly isWrong: boolean;
  readonly now: Date;
};

/** The ends that a key may have, each with its date, and with the day on which it needs its owner if that is earlier. */
export function EndChoices(props: EndChoicesProps): VNode {
  const { ends, date, isLoopback, isWrong, now } = props;
  return (
    <fieldset class="ends" aria-describedby="ends-help">
      <legend>{texts.ends}</legend>
      <p id="ends-help" class="quiet">
        {texts.endsHelp} {isLoopback ? texts.twoWeeks : null}
      </p>
      {keyEnds.map(choice => (
        <label key={choice} class="choice">
          <input type="radio" name="ends" value={choice} checked={choice === ends} />
          <span>
            {texts.endChoices[choice]} <EndDate {...props} choice={choice} />
          </span>
        </label>
      ))}
      <div class="field end-date">
        <label for="date">{texts.date}</label>
        <input
          id="date"
          type="date"
          name="date"
          value={date}
          min={dateField(now, 1)}
          max={dateField(now, 365)}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'date-problem' : undefined}
        />
        {isWrong ? <FieldProblem id="date-problem">{texts.dateProblem}</FieldProblem> : null}
      </div>
    </fieldset>
  );
}

function EndDate({ choice, sessionLifeMs, now }: EndChoicesProps & { choice: KeyEnd }): VNode | null {
  if (choice === 'date') return null;
  const lifeMs = choice === 'never' ? Infinity : Number(choice) * DAY_MS;
  const by = <Time at={new Date(now.getTime() + Math.min(lifeMs, sessionLifeMs))} />;
  if (lifeMs <= sessionLifeMs) return <span class="quiet">{by}</span>;
  const end = lifeMs === Infinity ? null : <Time at={new Date(now.getTime() + lifeMs)} />;
  return (
    <span class="quiet">
      {end}
      {end === null ? null : '. '}
      {texts.needsYouBy} {by}
    </span>
  );
}
