import type { Random } from '../time/random.ts';
import type { Machine } from '../world/machine.ts';
import type { World } from '../world/world.ts';
import type { Happening } from './happening.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** How long a machine is away. 11 to 50 min is longer than any silence, and shorter than the patience. */
function absenceMs(random: Random): number {
  const kind = random.weighted({ restart: 55, minutes: 20, long: 20, gone: 5 });
  switch (kind) {
    case 'restart':
      return random.integer(200, 20 * SECOND_MS);
    case 'minutes':
      return random.integer(1, 9) * MINUTE_MS;
    case 'long':
      return random.integer(11, 50) * MINUTE_MS;
    case 'gone':
      return random.integer(61, 100) * MINUTE_MS;
  }
}

function pickRunning(world: World, random: Random): Machine | undefined {
  const running = world.machines.filter(({ process }) => process?.state === 'running');
  return running.length === 0 ? undefined : random.pick(running);
}

/** Starts a machine again after a time, and each time that its process fails to start. */
export function startLater(world: World, machine: Machine, afterMs: number): void {
  world.scheduler.schedule(world.events, afterMs, `${machine.name} starts`, () => {
    if (machine.process) return;
    void machine.start().then(process => {
      if (process.state === 'gone' && process.readiness === 'starting') return; // It was ended meanwhile.
      world.judge.judgeStart(process);
      if (process.readiness === 'failed') startLater(world, machine, 5 * SECOND_MS);
    });
  });
}

function crash(world: World, random: Random, isDiskLost: boolean): string | undefined {
  const machine = pickRunning(world, random);
  if (!machine) return undefined;
  machine.crash();
  if (isDiskLost) {
    machine.disk.lose();
    world.judge.lostDisks.add(machine.name);
  }
  const ms = absenceMs(random);
  startLater(world, machine, ms);
  return `${machine.name} for ${ms / SECOND_MS} s`;
}

function freeze(world: World, random: Random, isSuspended: boolean): string | undefined {
  const machine = pickRunning(world, random);
  const process = machine?.process;
  if (!process) return undefined;
  const ms = absenceMs(random);
  process.freeze(isSuspended);
  world.scheduler.schedule(world.events, ms, `${process.name} thaws`, () => {
    if (process.state === 'held') process.thaw();
  });
  return `${process.name} for ${ms / SECOND_MS} s`;
}

/** What happens to processes. */
export const processHappenings: readonly Happening[] = [
  { name: 'crash', weight: 10, happen: (world, random) => crash(world, random, false) },
  { name: 'crash and lose the disk', weight: 2, happen: (world, random) => crash(world, random, true) },
  { name: 'stop', weight: 6, happen: (world, random) => freeze(world, random, false) },
  { name: 'suspend', weight: 4, happen: (world, random) => freeze(world, random, true) },
  {
    name: 'leave',
    weight: 6,
    happen: (world, random) => {
      const machine = pickRunning(world, random);
      if (machine?.process?.readiness !== 'ready' || machine.process.isLeaving) return undefined;
      const ms = absenceMs(random);
      void machine.leave().then(() => {
        startLater(world, machine, ms);
      });
      return `${machine.name} for ${ms / SECOND_MS} s`;
    },
  },
];
