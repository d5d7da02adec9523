import type fc from 'fast-check';
import type { SessionUnderTest } from './session-under-test.ts';
import type { World } from './world.ts';

/** The state of a world that decides what may happen next. */
export type Model = {
  readonly isConfidential: boolean;
  /** True if a broker is suspended in the middle of a refresh. */
  isStopped: boolean;
  /** True if a request or a response is held up on the road. */
  isHeldUp: boolean;
  /** True if a key's session needs its owner. */
  isKeyLost: boolean;
  sessions: number;
};

/** An event in a world. The rules must hold after it. */
export class Happening implements fc.AsyncCommand<Model, World> {
  readonly #name: string;
  readonly #happen: (world: World) => unknown;
  readonly #isPossible: (model: Readonly<Model>) => boolean;

  constructor(
    name: string,
    happen: (world: World) => unknown,
    isPossible: (model: Readonly<Model>) => boolean = () => true,
  ) {
    this.#name = name;
    this.#happen = happen;
    this.#isPossible = isPossible;
  }

  check(model: Readonly<Model>): boolean {
    return this.#isPossible(model);
  }

  async run(model: Model, world: World): Promise<void> {
    await this.#happen(world);
    await world.check();
    model.isStopped = world.brokers.some(({ held }) => held !== undefined);
    model.isHeldUp = world.road.held.length > 0;
    model.isKeyLost = world.sessions.some(isReconnectable);
    model.sessions = world.sessions.length;
  }

  toString(): string {
    return this.#name;
  }
}

export function isReconnectable({ purpose, seen }: SessionUnderTest): boolean {
  return purpose === 'api_key' && seen.status === 'needs_reauth';
}
