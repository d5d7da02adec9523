import type { VNode } from 'preact';
import type { BackgroundState } from '../../../background/states/background-states.service.ts';
import { Badge } from '../../frame/badge.tsx';
import { Facts } from '../../frame/facts.tsx';
import { Time } from '../../frame/time.tsx';
import { adminTexts as texts } from '../../texts/admin.ts';

/** The background tasks, each with the outcome of its last round. */
export function TaskRows({ tasks, due }: BackgroundState): VNode {
  return (
    <section class="section" aria-labelledby="workers">
      <div class="section-head">
        <h2 id="workers">{texts.workers}</h2>
        <p>
          {texts.workersLead} {texts.due(due)}
        </p>
      </div>
      <ul class="rows">
        {tasks.map(({ task, lastRound }) => (
          <li key={task} data-task={task}>
            <div class="row-main">
              <div class="row-title">
                <h3>{texts.tasks[task]}</h3>
                {lastRound === undefined ? null : (
                  <Badge tone={lastRound.failed ? 'alert' : 'good'}>
                    {lastRound.failed ? texts.roundFailed : texts.roundWell}
                  </Badge>
                )}
              </div>
              <Facts
                facts={[
                  [
                    texts.lastRound,
                    lastRound === undefined ? texts.noRound : <Time at={lastRound.endedAt} />,
                  ],
                ]}
              />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
