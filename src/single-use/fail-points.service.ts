import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import type { FailAction, FailPoint, KeyRequestFailPoint } from '../config/values/fail-point.ts';

type Point = FailPoint | KeyRequestFailPoint;
type Act = () => Promise<void> | void;

/** Lets a test stop a refresh or the creation of a key at its worst moments. In production no point is armed. */
@Injectable()
export class FailPoints {
  private readonly armed = new Map<Point, Act>();

  constructor({ failPoint }: Config) {
    if (!failPoint) return;
    const { point, action } = failPoint;
    this.arm(point, () => {
      this.arm(point, undefined);
      actions[action]();
    });
  }

  /** Makes a point run `act` and throw what it throws. `undefined` disarms the point. */
  arm(point: Point, act: Act | undefined): void {
    if (act) this.armed.set(point, act);
    else this.armed.delete(point);
  }

  isArmed(point: Point): boolean {
    return this.armed.has(point);
  }

  async at(point: Point): Promise<void> {
    await this.armed.get(point)?.();
  }
}

const actions: Readonly<Record<FailAction, () => void>> = {
  // No cleanup, as when the machine loses power.
  exit: () => process.kill(process.pid, 'SIGKILL'),
  pause: () => process.kill(process.pid, 'SIGSTOP'),
  throw: () => {
    throw new Error('It failed at a fail point.');
  },
};
