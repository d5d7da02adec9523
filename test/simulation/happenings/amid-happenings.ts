import { Browser } from '../people/browser.ts';
import type { Holder } from '../people/holder.ts';
import type { Random } from '../time/random.ts';
import type { Machine } from '../world/machine.ts';
import type { World } from '../world/world.ts';
import { refresh } from './daily-happenings.ts';
import { takeDatabaseAway } from './database-happenings.ts';
import type { Happening } from './happening.ts';
import { crash, type Ending, leave, pickRunning, stop } from './process-happenings.ts';

/** A refresh takes 100 to 400 ms at an issuer that is not slow, and its answer up to 40 ms of that. */
function meet(world: World, random: Random, name: string, happen: () => void): void {
  if (random.chance(0.5)) {
    world.scheduler.schedule(world.events, random.integer(20, 400), name, happen);
    return;
  }
  const ms = random.integer(0, 40);
  world.onceAnswered(() => {
    world.scheduler.schedule(world.events, ms, name, happen);
  });
}

/** Troubles that meet a refresh while it travels, or its answer before it is stored. Chance alone seldom brings them. */
export const amidHappenings: readonly Happening[] = [
  {
    name: 'sign out amid a refresh',
    weight: 2,
    happen: (world, random) =>
      amidRefresh(
        world,
        random,
        holder => holder instanceof Browser,
        holder => {
          if (holder instanceof Browser) void holder.signOut();
        },
      ),
  },
  { name: 'crash amid a refresh', weight: 2, happen: ending(crash) },
  { name: 'stop amid a refresh', weight: 2, happen: ending(stop) },
  { name: 'leave amid a refresh', weight: 2, happen: ending(leaveInTrouble) },
];

/** Leaves while the database refuses the answer, for so short a time that the process still ends in good order. */
function leaveInTrouble(world: World, random: Random, machine: Machine): string | undefined {
  const of = machine.process;
  const told = leave(world, random, machine);
  if (told === undefined || !of) return undefined;
  const refusal = { kind: 'refused', code: '40001' } as const;
  if (random.chance(0.3)) takeDatabaseAway(world, 'refuses', random.integer(50, 2_000));
  else
    for (let times = random.integer(1, 5); times > 0; times--)
      world.server.troubles.arm({ trouble: refusal, on: 'update', of });
  return told;
}

function ending(end: Ending): Happening['happen'] {
  return (world, random) => {
    const machine = pickRunning(world, random);
    const broker = machine?.serving;
    if (!broker) return undefined;
    return amidRefresh(
      world,
      random,
      () => true,
      holder => {
        end(world, random, machine);
        useAgain(world, random, holder);
      },
      broker,
    );
  };
}

/** The others are asked for the same session soon, or once its owner has been silent for ten minutes. */
function useAgain(world: World, random: Random, holder: Holder): void {
  const seconds = random.chance(0.5) ? random.integer(1, 60) : random.integer(11 * 60, 20 * 60);
  world.scheduler.schedule(world.events, seconds * 1_000, `again ${holder.name}`, () => {
    const broker = world.pickBroker();
    if (broker && holder.sessionId) void refresh(broker, holder.sessionId);
  });
}

/** Lets something happen in the middle of a refresh. */
function amidRefresh(
  world: World,
  random: Random,
  isMeant: (holder: Holder) => boolean,
  happen: (holder: Holder) => unknown,
  broker = world.pickBroker(),
): string | undefined {
  const holders = world.holders.filter(holder => holder.sessionId !== undefined && isMeant(holder));
  if (holders.length === 0 || !broker) return undefined;
  const holder = random.pick(holders);
  const { sessionId } = holder;
  if (sessionId) void refresh(broker, sessionId);
  meet(world, random, `amid a refresh of ${holder.name}`, () => {
    happen(holder);
  });
  return `${holder.name} at ${broker.name}`;
}
