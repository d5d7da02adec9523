import { SessionMarks } from '../../../src/sessions/stored/session-marks.service.ts';
import type { BrokerProcess } from '../brokers/broker-process.ts';
import type { Answer, Rollback } from '../network/grants.ts';
import type { Sender } from '../network/issuer.ts';
import type { Actor } from '../time/actor.ts';
import { actAs } from '../time/actor.ts';
import type { Machine } from '../world/machine.ts';

/** A process may send for this long after it decided to. */
const HESITATION_MS = 5_000;

/** Returns whether a process that serves has a newer state in its journal than the one that the row went back to. */
export function isKnownToServing(rollback: Rollback, machines: readonly Machine[]): boolean {
  return machines.some(({ serving }) => serving && knows(serving, rollback));
}

/**
 * Returns why a rolled-back token must not have been sent: the sender knew that it was spent, or a process that knew had
 * time to tell. Undefined if nothing could prevent it.
 */
export function findRollbackFault(
  answer: Answer,
  rollback: Rollback,
  { from, sentAt }: Sender,
  { machines }: { readonly machines: readonly Machine[] },
): string | undefined {
  // Its journal is a file: it knows what it received as long as it runs, whatever it says.
  if (from === answer.to && answer.state === 'received') return 'it received the newer tokens itself';
  const running = machines.flatMap(({ process }) => (process?.readiness === 'ready' ? process : []));
  const knowing = running.filter(process => knows(process, rollback));
  if (knowing.some(process => isSame(process, from))) return 'its journal has newer tokens';
  const informant = knowing.find(({ lastCheck }) => {
    if (!lastCheck) return false;
    return lastCheck.startedAt > rollback.at && lastCheck.endedAt < sentAt - HESITATION_MS;
  });
  return informant && `${informant.name} has newer tokens in its journal, and had looked at the row`;
}

function knows(process: BrokerProcess, { sessionId, generation }: Rollback): boolean {
  const mark = actAs(process, () => process.get(SessionMarks).find(sessionId));
  return mark !== undefined && (mark.isOver || mark.generation > generation);
}

function isSame(process: BrokerProcess, actor: Actor): boolean {
  return process === actor;
}
