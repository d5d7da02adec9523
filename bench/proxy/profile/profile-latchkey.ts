import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Started } from '../../../test/network/started.ts';
import { toNumber } from '../../table.ts';
import { startLatchkey } from '../contenders/latchkey.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import { startStubPds } from '../pds/stub-pds.ts';
import { takeTurn } from '../throughput/turn.ts';
import { profileTime, readProfile } from './cpu-profile.ts';
import { toProfileTables } from './profile-table.ts';

const nonceMs = 2_000;
const intervalMicroseconds = 250;

/** Profiles the broker on SQLite under full load. Returns tables of its time. */
export async function profileLatchkey(
  { connections, seconds }: { connections: number; seconds: number },
  started: Started,
): Promise<string> {
  const profiles = await mkdtemp(join(tmpdir(), 'latchkey-profile-'));
  await started.start(() => Promise.resolve({ stop: () => rm(profiles, { recursive: true, force: true }) }));
  const pds = await started.start(() => startStubPds({ nonceMs }));
  const generator = await started.start(startLoadGenerator);
  const nodeOptions = [
    '--cpu-prof',
    `--cpu-prof-dir=${profiles}`,
    `--cpu-prof-interval=${intervalMicroseconds}`,
  ];
  const latchkey = await startLatchkey(pds.url, { nodeOptions });
  try {
    const turn = { connections, seconds };
    await takeTurn(latchkey, generator, turn);
    const from = profileTime();
    const { cpu, perSecond } = await takeTurn(latchkey, generator, turn);
    const to = profileTime();
    await latchkey.stop(); // A process writes its profile at exit.
    const title = `Under the profiler: ${toNumber(perSecond)} requests/s, CPU ${toNumber(cpu)} µs per request.`;
    return `${title}\n\n${toProfileTables(await readProfile(profiles, { from, to }), cpu)}`;
  } finally {
    await latchkey.stop();
  }
}
