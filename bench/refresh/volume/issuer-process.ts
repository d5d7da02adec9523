// A PLC directory, PDS and issuer of any number of accounts in one process; its report is at /report.
import { setTimeout as sleep } from 'node:timers/promises';
import '../../../test/network/end-with-parent.ts';
import { didOfFirstRefreshToken } from '../../../test/network/fake-accounts.ts';
import { send, StrictNetwork } from '../../../test/network/strict-network.ts';
import type { IssuerReport } from './fake-issuer.ts';

/** Delay of each response, as over a network. */
const answerDelayMs = 20;
const nonceLifetimeMs = 10_000;

let inFlight = 0;
let largestBurst = 0;

const network = await StrictNetwork.start({
  adopt: didOfFirstRefreshToken,
  nonceLifetimeMs,
  onRefresh: async ({ judge }, response) => {
    largestBurst = Math.max(largestBurst, ++inFlight);
    try {
      const answer = await judge();
      await sleep(answerDelayMs);
      send(response, answer);
    } finally {
      inFlight--;
    }
  },
  documentAt: ({ pathname }) => (pathname === '/report' ? report() : undefined),
});
process.send?.(network.url);

function report(): IssuerReport {
  return { ...network.issuer.report, tokenRequests: network.tokenRequests, largestBurst };
}
