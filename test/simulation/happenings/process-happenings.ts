import type { Random } from '../time/random.ts';
import type { Machine } from '../world/machine.ts';
import type { Absence } from '../world/world-settings.ts';
import type { World } from '../world/world.ts';
import type { Happening } from './happening.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

const absences: Readonly<Record<Absence, number>> = { restart: 55, minutes: 20, long: 20, gone: 5 };

/** How long a machine is away. 11 to 50 min is longer than any silence, and shorter than the patience. */
function absenceMs(world: World, random: Random): number {
  const kind = random.weighted<Absence>({ ...absences, ...world.settings.focus.absences });
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

/** Picks a machine whose process runs. */
export function pickRunning(world: World, random: Random): Machine | undefined {
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

/** Ends or holds a machine's process for a while. Returns what it did, or undefined if that was not possible. */
export type Ending = (world: World, random: Random, machine: Machine) => string | undefined;

/** Ends a machine's process as a power cut does. */
export const crash: Ending = (world, random, machine) => {
  machine.crash();
  const ms = absenceMs(world, random);
  startLater(world, machine, ms);
  return `${machine.name} for ${ms / SECOND_MS} s`;
};

const crashWithDisk: Ending = (world, random, machine) => {
  const told = crash(world, random, machine);
  machine.disk.lose();
  world.judge.lostDisks.add(machine.name);
  return told;
};

function freeze(world: World, random: Random, machine: Machine, isSuspended: boolean): string | undefined {
  const { process } = machine;
  if (process?.state !== 'running') return undefined;
  const ms = absenceMs(world, random);
  process.freeze(isSuspended);
  world.scheduler.schedule(world.events, ms, `${process.name} thaws`, () => {
    if (process.state === 'held') process.thaw();
  });
  return `${process.name} for ${ms / SECOND_MS} s`;
}

/** Holds a machine's process, as SIGSTOP does. */
export const stop: Ending = (world, random, machine) => freeze(world, random, machine, false);

/** Ends a machine's process as SIGTERM does. */
export const leave: Ending = (world, random, machine) => {
  if (machine.process?.readiness !== 'ready' || machine.process.isLeaving) return undefined;
  const ms = absenceMs(world, random);
  void machine.leave().then(() => {
    startLater(world, machine, ms);
  });
  return `${machine.name} for ${ms / SECOND_MS} s`;
};

/** What happens to processes. */
export const processHappenings: readonly Happening[] = [
  { name: 'crash', weight: 10, happen: ending(crash) },
  { name: 'crash and lose the disk', weight: 2, happen: ending(crashWithDisk) },
  { name: 'stop', weight: 6, happen: ending(stop) },
  {
    name: 'suspend',
    weight: 4,
    happen: ending((world, random, machine) => freeze(world, random, machine, true)),
  },
  { name: 'leave', weight: 6, happen: ending(leave) },
];

function ending(end: Ending): Happening['happen'] {
  return (world, random) => {
    const machine = pickRunning(world, random);
    return machine && end(world, random, machine);
  };
}
