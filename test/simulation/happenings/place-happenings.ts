import type { DiskTrouble } from '../disk/disk.ts';
import { findSilentTrouble, NOTICED_MS } from '../rules/readiness.ts';
import type { Happening } from './happening.ts';

const troubles: readonly DiskTrouble[] = ['full', 'read-only', 'broken'];

/** The database's clock is right again within the hour that the sweeps wait, which docs/proof.md assumes. */
const LONGEST_WRONG_MS = 50 * 60_000;

/** What happens to disks and clocks. */
export const placeHappenings: readonly Happening[] = [
  {
    name: 'odd file in a spool',
    weight: 1,
    happen: (world, random) => {
      const { name, disk } = random.pick(world.machines);
      const file = disk.putOddFile(random);
      return `${name} ${file}`;
    },
  },
  {
    name: 'disk in trouble',
    weight: 5,
    happen: (world, random) => {
      const machine = random.pick(world.machines);
      const { name, disk } = machine;
      const trouble = random.pick(troubles);
      disk.fail(trouble, world.scheduler.now);
      const ms = random.integer(1, 900) * 1_000;
      world.scheduler.schedule(world.events, ms, `disk of ${name} works`, () => {
        disk.recover();
      });
      world.scheduler.schedule(world.events, NOTICED_MS, `readiness of ${name}`, () => {
        const silent = findSilentTrouble(machine, world.scheduler.now);
        if (silent !== undefined) world.violate('trouble unnoticed', silent);
      });
      return `${name} ${trouble} for ${ms / 1_000} s`;
    },
  },
  {
    name: 'clock steps',
    weight: 5,
    happen: (world, random) => {
      const clock = random.chance(0.5) ? world.clocks.all[0] : random.pick(world.clocks.all);
      if (!clock) return undefined;
      const told = world.clocks.step(clock, random, world.scheduler.now);
      if (clock === world.clocks.all[0])
        world.scheduler.schedule(
          world.events,
          random.integer(1, LONGEST_WRONG_MS),
          `${clock.name} is right`,
          () => {
            world.clocks.setOneRight(clock, world.scheduler.now);
          },
        );
      return told;
    },
  },
];
