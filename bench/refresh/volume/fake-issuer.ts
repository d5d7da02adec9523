import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';
import type { StrictReport } from '../../../test/network/strict-issuer.ts';

const issuerProcess = fileURLToPath(new URL('issuer-process.ts', import.meta.url));

/** What the issuer has seen; all of it but `refreshed` and `tokenRequests` should be 0 or as small as can be. */
export type IssuerReport = StrictReport & {
  /** Token requests, those for a nonce included. */
  tokenRequests: number;
  /** The most token requests at a time, those for a nonce left out. */
  largestBurst: number;
};

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
