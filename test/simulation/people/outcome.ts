import { BrokerError } from '../../../src/errors/broker-error.ts';
import { toBrokerError } from '../../../src/http/errors/to-broker-error.ts';
import type { BrokerProcess } from '../brokers/broker-process.ts';
import type { Actor } from '../time/actor.ts';

/** What a caller gets. `none`: its broker ended, or did not answer in time. */
export type CallOutcome<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'refused'; readonly code: string; readonly error: unknown }
  | { readonly kind: 'none' };

/** How long a caller waits. */
const PATIENCE_MS = 75_000;

/** Lets a broker do something for a caller, who waits at the other end of a connection. */
export function callBroker<Value>(
  caller: Actor,
  process: BrokerProcess,
  work: () => Promise<Value>,
): Promise<CallOutcome<Value>> {
  return new Promise(resolve => {
    const finish = (outcome: CallOutcome<Value>): void => {
      forget();
      limit.isCancelled = true;
      resolve(outcome);
    };
    const leave = (): void => {
      finish({ kind: 'none' });
    };
    const forget = process.onEnd(leave);
    const limit = caller.scheduler.schedule(caller, PATIENCE_MS, 'caller leaves', leave);
    process.act(work).then(
      value => {
        finish({ kind: 'ok', value });
      },
      (error: unknown) => {
        finish({ kind: 'refused', code: codeOf(error), error });
      },
    );
  });
}

/** Returns the stable code that the HTTP layer would tell, or the text of an error that nobody expected. */
function codeOf(error: unknown): string {
  const { code } = toBrokerError(error);
  return code === 'InternalError' && !(error instanceof BrokerError) ? `unexpected ${String(error)}` : code;
}
