import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';

const attackProcess = fileURLToPath(new URL('attack-process.ts', import.meta.url));

export type AttackReport = {
  /** Logins begun, and those that the broker answered with 429. */
  readonly begun: number;
  readonly refused: number;
  /** Requests at hostile servers, and those that they hold open now. */
  readonly asked: number;
  readonly held: number;
};

export type Attack = {
  begin: () => void;
  report: () => Promise<AttackReport>;
  stop: () => Promise<unknown>;
};

/** Starts the hostile origins in a process of their own. `begin` begins the logins. */
export async function startAttack(broker: string, origins: number): Promise<Attack> {
  const child = new Child([attackProcess, broker, String(origins)], {});
  const message = (): Promise<unknown[]> =>
    child.until(signal => once(child.childProcess, 'message', { signal }));
  await message();
  return {
    begin: () => child.childProcess.send('begin'),
    report: async () => {
      const reported = message();
      child.childProcess.send('report');
      const [report] = await reported;
      return report as AttackReport;
    },
    stop: () => child.stop(),
  };
}
