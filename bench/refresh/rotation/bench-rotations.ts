import { type Network, startNetwork } from '../../../test/network/network.ts';
import type { Started } from '../../../test/network/started.ts';
import type { Contender } from './contender.ts';
import { latchkey } from './latchkey.ts';
import { callsPerWorker, isLost, refreshUnderLoad } from './load.ts';
import { officialClient, withMutex } from './official-client.ts';
import { toRotationTable } from './rotation-table.ts';
import { Tally } from './tally.ts';
import { drawTravels, setTravels } from './travel.ts';

const loads = [4, 8, 16, 20];

/** Rotates the tokens of each contender in turns, under the same load at the same PDS. Returns a table. */
export async function benchRotations(
  { rounds, travel }: { rounds: number; travel: number },
  started: Started,
): Promise<string> {
  const network = await started.start(() => startNetwork());
  const contenders = await signedIn(network, started);
  const tallies: Tally[] = [];
  for (const inFlight of loads) {
    const ofLoad = contenders.map(({ name }) => new Tally(name, inFlight));
    for (let round = 0; round < rounds; round++) {
      // All contenders of a round get the same delays.
      const travels = travel === 0 ? [] : drawTravels(inFlight * callsPerWorker, travel, round);
      for (const [index, contender] of contenders.entries()) {
        const tally = ofLoad[index];
        if (tally) await rotate(network, contender, tally, travels);
      }
    }
    tallies.push(...ofLoad);
  }
  return toRotationTable(tallies, rounds);
}

async function signedIn(network: Network, started: Started): Promise<Contender[]> {
  // Each has its own account, so that none waits for another or ends its session.
  const [first, second] = network.accounts;
  if (!first || !second) throw new Error('the test network has no accounts');
  const third = await network.createAccount('carol.test');
  const contenders = [
    await latchkey(network, first, started),
    officialClient(network, second),
    withMutex(officialClient(network, third)),
  ];
  for (const contender of contenders) await contender.signIn();
  return contenders;
}

async function rotate(
  network: Network,
  contender: Contender,
  tally: Tally,
  travels: readonly number[],
): Promise<void> {
  const before = await countTokenRequests(network);
  await setTravels(network, travels);
  const load = await refreshUnderLoad(contender, tally.inFlight);
  await network.disarmFaults();
  const lost = await isLost(contender);
  tally.add(load, (await countTokenRequests(network)) - before, lost);
  if (lost) await contender.signIn();
}

/** Without requests that only got a nonce: the issuer does not read their token. */
async function countTokenRequests(network: Network): Promise<number> {
  const requests = await network.listTokenRequests();
  return requests.filter(({ issuerSaid }) => !issuerSaid.includes('use_dpop_nonce')).length;
}
