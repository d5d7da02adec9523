import { Injectable } from '@nestjs/common';

/** The moments of a refresh at which a crash is worst. */
export const failPoints = [
  'after_intent',
  'before_send',
  'after_bytes',
  'after_answer',
  'before_write',
] as const;

export type FailPoint = (typeof failPoints)[number];

/** Lets a test stop a refresh at its worst moments; in production nothing is armed and nothing happens. */
@Injectable()
export class FailPoints {
  private readonly armed = new Map<FailPoint, () => Promise<void> | void>();

  /** What `act` throws is thrown at the point; `undefined` disarms. */
  arm(point: FailPoint, act: (() => Promise<void> | void) | undefined): void {
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
