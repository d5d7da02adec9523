import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';

const issuersProcess = fileURLToPath(new URL('issuers-process.ts', import.meta.url));

export type HonestIssuers = {
  /** The first is also the PLC directory. The account with number n is at the issuer n modulo their count. */
  readonly origins: readonly string[];
  readonly stop: () => Promise<unknown>;
};

/** Starts strict issuers in a process of their own. */
export async function startHonestIssuers(issuers: number, sessions: number): Promise<HonestIssuers> {
  const child = new Child([issuersProcess, String(issuers), String(sessions)], {});
  const [origins] = (await child.until(signal => once(child.childProcess, 'message', { signal }))) as [
    string[],
  ];
  return { origins, stop: () => child.stop() };
}
