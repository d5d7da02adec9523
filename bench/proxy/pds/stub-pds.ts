import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';

const pdsProcess = fileURLToPath(new URL('pds-process.ts', import.meta.url));

/** How many requests came with a good proof, without any, with an old nonce, and with a bad proof. */
export type PdsReport = { proved: number; unproved: number; challenged: number; refused: number };

/** A stub PDS in a process of its own, which is issuer and PLC directory too. */
export type StubPds = {
  url: string;
  report: () => Promise<PdsReport>;
  stop: () => Promise<unknown>;
};

export type StubPdsOptions = {
  /** After how many milliseconds it makes a new nonce; the two before are good too. */
  nonceMs: number;
  /** How many milliseconds after the last byte of an upload its answer comes. */
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
