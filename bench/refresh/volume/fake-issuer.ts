import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';
import type { StrictReport } from '../../../test/network/strict-issuer.ts';

const issuerProcess = fileURLToPath(new URL('issuer-process.ts', import.meta.url));

/** Counts at the issuer. All but `refreshed` and `tokenRequests` should be 0 or small. */
export type IssuerReport = StrictReport & {
  /** Token requests, including those for a nonce. */
  tokenRequests: number;
  /** Maximum of simultaneous token requests, without those for a nonce. */
  largestBurst: number;
};

/** A strict issuer in its own process. Its origin is also PLC directory and PDS. */
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
