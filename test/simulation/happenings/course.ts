import { Random } from '../time/random.ts';
import type { World } from '../world/world.ts';
import { amidHappenings } from './amid-happenings.ts';
import { dailyHappenings } from './daily-happenings.ts';
import { databaseHappenings } from './database-happenings.ts';
import type { Happening } from './happening.ts';
import { placeHappenings } from './place-happenings.ts';
import { processHappenings } from './process-happenings.ts';
import { roadHappenings } from './road-happenings.ts';

const all: readonly Happening[] = [
  ...dailyHappenings,
  ...amidHappenings,
  ...databaseHappenings,
  ...placeHappenings,
  ...processHappenings,
  ...roadHappenings,
];

const byName = new Map(all.map(happening => [happening.name, happening]));

/** The share of the troubles that a world has. */
const OFTEN = 0.65;

/** How long until the next happening. Most follow in the middle of what the one before began. */
function pauseMs(random: Random): number {
  switch (random.weighted({ amid: 55, soon: 25, minutes: 18, long: 2 })) {
    case 'amid':
      return random.integer(0, 350);
    case 'soon':
      return random.integer(1, 20) * 1_000;
    case 'minutes':
      return random.integer(1, 15) * 60_000;
    case 'long':
      return random.integer(20, 75) * 60_000;
  }
}

/** The course of events of one world: what happens, and when. Each happening has a number and its own seed. */
export class Course {
  readonly #world: World;
  readonly #weights: Record<string, number>;
  /** The number of the next happening. */
  #next = 0;

  constructor(world: World) {
    this.#world = world;
    const random = new Random(`${world.settings.seed}/course`);
    // Each world has a temper: some troubles never happen in it, others often.
    this.#weights = Object.fromEntries(
      all.map(happening => [happening.name, this.#weightOf(happening, random)]),
    );
  }

  get count(): number {
    return this.#next;
  }

  /** Lets the next happening happen, and returns how long the world then goes on by itself. */
  step(): number {
    const number = this.#next++;
    const random = new Random(`${this.#world.settings.seed}/happening/${number}`);
    const name = random.weighted(this.#weights);
    const ms = pauseMs(random);
    if (this.#world.settings.without.has(number)) return ms;
    const did = byName.get(name)?.happen(this.#world, random);
    if (did === undefined) return ms;
    this.#world.tally.count('happenings', name);
    this.#world.note(`#${number} ${name}: ${did}`);
    return ms;
  }

  #weightOf({ name, weight }: Happening, random: Random): number {
    const { omit, focus } = this.#world.settings;
    const isOfThisWorld = random.chance(OFTEN) && !focus.isQuiet;
    if (omit.has(name)) return 0;
    const isDaily = dailyHappenings.some(daily => daily.name === name);
    return focus.weights[name] ?? (isOfThisWorld || isDaily ? weight : 0);
  }
}
