import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';
import type { IssuerReport } from './strict-issuer.ts';

const issuerProcess = fileURLToPath(new URL('issuer-process.ts', import.meta.url));

/** A strict issuer that runs in a process of its own; its origin is PLC directory and PDS too. */
export type FakeIssuer = {
  url: string;
  report: () => Promise<IssuerReport>;
  stop: () => Promise<unknown>;
};

export async function startFakeIssuer(): Promise<FakeIssuer> {
  const child = new Child([issuerProcess], {});
  const [url] = (await child.until(signal => once(child.childProcess, 'message', { signal }))) as [string];
  return {
    url,
    report: async () => (await (await fetch(new URL('/report', url))).json()) as IssuerReport,
    stop: () => child.stop(),
  };
}
