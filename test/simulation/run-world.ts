import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/database/connection/database.ts';
import type { Replacement } from './brokers/broker-process.ts';
import { Course } from './happenings/course.ts';
import { openStore } from './database/open-store.ts';
import { NativeApp } from './people/native-app.ts';
import { calmDown } from './rules/calm.ts';
import { actAs } from './time/actor.ts';
import { Scheduler } from './time/scheduler.ts';
import { scratchRoot } from './disk/scratch-root.ts';
import { Violation } from './world/violation.ts';
import type { Tally } from './world/tally.ts';
import { World } from './world/world.ts';
import type { WorldSettings } from './world/world-settings.ts';

/** How many happenings follow before a world comes to rest, at least and at most. */
const STORM = { least: 40, most: 160 };

/** A world without progress is broken itself. */
const MOST_STEPS_PER_STORM = 400_000;

/** How many lines of the trace are kept for the report of a failure. */
const KEPT_LINES = 4_000;

/** What became of a world. */
export type WorldReport = {
  readonly seed: string;
  readonly steps: number;
  readonly virtualMs: number;
  readonly tally: Tally;
  readonly violation: Violation | undefined;
  /** The number of happenings, for leaving some out. */
  readonly happenings: number;
  /** SHA-256 of the trace: two runs of one seed have the same. */
  readonly digest: string;
  /** The last lines of the trace. */
  readonly lines: readonly string[];
};

export type RunOptions = {
  readonly replacements?: readonly Replacement[];
  /** The class of the brokers' database, by default the product's. */
  readonly database?: typeof Database;
  /** Gets every line of the trace. */
  readonly onLine?: (line: string) => void;
};

/** Runs one world to its end, or to its first violation. */
export async function runWorld(settings: WorldSettings, options: RunOptions = {}): Promise<WorldReport> {
  const digest = createHash('sha256');
  const lines: string[] = [];
  let notes: string[] = [];
  const add = (text: string): void => {
    const line = `${scheduler.steps} ${(scheduler.now / 1000).toFixed(3)} ${text}`;
    digest.update(line);
    options.onLine?.(line);
    notes.push(line);
    if (notes.length > 2 * KEPT_LINES) notes = notes.slice(-KEPT_LINES);
  };
  const scheduler = new Scheduler((_at, actor, label) => {
    add(`${actor} ${label}`);
  });
  const directory = mkdtempSync(join(scratchRoot(), 'latchkey-simulation-'));
  const store = await openStore(settings.store, scheduler);
  const world = new World(settings, {
    scheduler,
    store,
    directory,
    replacements: options.replacements ?? [],
    database: options.database ?? Database,
    onNote: text => {
      add(`  ${text}`);
    },
  });
  let isOver = false;
  const course = new Course(world);
  try {
    const story = actAs(world.events, () => live(world, course)).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      world.violate('the simulation itself failed', text);
    });
    void story.then(() => {
      isOver = true;
    });
    const hasEnded = (): boolean => isOver || world.judge.violation !== undefined;
    await scheduler.run(hasEnded);
    if (!hasEnded()) world.violate('stands still', 'nothing is left to happen');
  } finally {
    scheduler.clear();
    for (const machine of world.machines) machine.crash();
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
  lines.push(...notes.slice(-KEPT_LINES));
  return {
    seed: settings.seed,
    steps: scheduler.steps,
    virtualMs: scheduler.now,
    tally: world.tally,
    violation: world.judge.violation,
    happenings: course.count,
    digest: digest.digest('hex'),
    lines,
  };
}

async function live(world: World, course: Course): Promise<void> {
  const { scheduler, events } = world;
  const started = await Promise.all(world.machines.map(machine => machine.start()));
  for (const process of started) world.judge.judgeStart(process);
  const [broker] = world.serving;
  if (!broker) throw new Violation('start failed', 'no broker serves');
  if (world.config.client.kind === 'confidential') await NativeApp.register(broker);
  const isBroken = (): boolean => world.judge.violation !== undefined;
  while (scheduler.steps < world.settings.steps && !isBroken()) {
    const until = course.count + world.random.integer(STORM.least, STORM.most);
    const lastStep = scheduler.steps + MOST_STEPS_PER_STORM;
    while (course.count < until && scheduler.steps < lastStep && !isBroken()) {
      await scheduler.sleep(events, course.step(), 'next happening');
      await world.history.note(world.rows);
      await world.judge.judgeRows();
    }
    await calmDown(world);
  }
}
