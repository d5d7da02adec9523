import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';

const pdsProcess = fileURLToPath(new URL('pds-process.ts', import.meta.url));

/** Requests by proof: valid, absent, with an old nonce, invalid. */
export type PdsReport = { proved: number; unproved: number; challenged: number; refused: number };

/** A stub PDS in its own process, which is also issuer and PLC directory. */
export type StubPds = {
  url: string;
  report: () => Promise<PdsReport>;
  stop: () => Promise<unknown>;
};

export type StubPdsOptions = {
  /** Milliseconds until the next nonce. The two previous ones stay valid. */
  nonceMs: number;
  /** Milliseconds from the last byte of an upload to its response. */
  uploadDelayMs?: number;
};

export async function startStubPds({ nonceMs, uploadDelayMs = 0 }: StubPdsOptions): Promise<StubPds> {
  const child = new Child([pdsProcess, String(nonceMs), String(uploadDelayMs)], {});
  const [url] = (await child.until(signal => once(child.childProcess, 'message', { signal }))) as [string];
  return {
    url,
    report: async () => (await (await fetch(new URL('/report', url))).json()) as PdsReport,
    stop: () => child.stop(),
  };
}
