// Compares Latchkey as a proxy with minimal proxies and the official client.
import { readCommandLine } from '../../test/network/command-line.ts';
import { runUntilSignal } from '../../test/network/run-until-signal.ts';
import { Started } from '../../test/network/started.ts';
import { type Options, parseOptions, type Part, usage } from './options.ts';
import { profileLatchkey } from './profile/profile-latchkey.ts';
import { benchSessions } from './sessions/bench-sessions.ts';
import { benchSoak } from './soak/bench-soak.ts';
import { benchStreams } from './streams/bench-streams.ts';
import { benchThroughput } from './throughput/bench-throughput.ts';
import { benchUploads } from './uploads/bench-uploads.ts';

type Bench = (options: Options, started: Started) => Promise<string>;

const options = readCommandLine(usage, parseOptions);
const benches: Record<Part, Bench> = {
  throughput: benchThroughput,
  uploads: benchUploads,
  streams: benchStreams,
  sessions: benchSessions,
  soak: benchSoak,
};

await runUntilSignal(async started => {
  console.log(`$ ${['node bench/proxy/main.ts', ...process.argv.slice(2)].join(' ')}\n`);
  for (const part of options.parts) await show(benches[part], started);
  if (options.profile) await show(profileLatchkey, started);
  return 'end';
});

/** Runs one bench and stops what it started, so that it does not disturb the next one. */
async function show(bench: Bench, started: Started): Promise<void> {
  const own = await started.start(() => Promise.resolve(new Started()));
  console.log(`${await bench(options, own)}\n`);
  await own.stop();
}
