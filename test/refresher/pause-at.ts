import type { FailPoint } from '../../src/config/values/fail-point.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import type { TestBroker } from '../broker/test-broker.ts';

export type Pause = { reached: Promise<void>; release: () => void };

/** Stops the next refresh of a broker in this process at a point, until it is released. */
export function pauseAt({ app }: TestBroker, point: FailPoint): Pause {
  const [reached, released] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  app.get(FailPoints).arm(point, async () => {
    reached.resolve(undefined);
    await released.promise;
  });
  return {
    reached: reached.promise,
    release: () => {
      app.get(FailPoints).arm(point, undefined);
      released.resolve(undefined);
    },
  };
}
