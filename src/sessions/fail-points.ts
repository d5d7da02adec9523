import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import type { FailAction, FailPoint } from '../config/fail-point.ts';

type Act = () => Promise<void> | void;

/** Lets a test stop a refresh at its worst moments; in production nothing is armed and nothing happens. */
@Injectable()
export class FailPoints {
  private readonly armed = new Map<FailPoint, Act>();

  constructor({ failPoint }: Config) {
    if (!failPoint) return;
    const { point, action } = failPoint;
    this.arm(point, () => {
      this.arm(point, undefined);
      actions[action]();
    });
  }

  /** What `act` throws is thrown at the point; `undefined` disarms. */
  arm(point: FailPoint, act: Act | undefined): void {
    if (act) this.armed.set(point, act);
    else this.armed.delete(point);
  }

  isArmed(point: FailPoint): boolean {
    return this.armed.has(point);
  }

  async at(point: FailPoint): Promise<void> {
    await this.armed.get(point)?.();
  }
}

const actions: Readonly<Record<FailAction, () => void>> = {
  // Nothing is tidied up, as nothing is when the machine goes away.
  exit: () => process.kill(process.pid, 'SIGKILL'),
  pause: () => process.kill(process.pid, 'SIGSTOP'),
  throw: () => {
    throw new Error('The refresh failed at a fail point.');
  },
};
