// Preloaded into the brokers that tests start: arms a fail point when the parent says so, so that one process serves
// many trials. The setting LATCHKEY_DEV_FAIL_POINT arms one per start. Also skips the waits for requests that are lost.
import { pathToFileURL } from 'node:url';
import type { FailPointSetting } from '../../src/config/values/fail-point.ts';
import type * as SightingsModule from '../../src/single-use/attempt-sightings.service.ts';
import type * as FailPointsModule from '../../src/single-use/fail-points.service.ts';

type FailPoints = FailPointsModule.FailPoints;
type Point = FailPointSetting['point'];
type Bundle = typeof FailPointsModule & typeof SightingsModule;

/** What a test may order a running broker to do. */
export type BrokerOrder = FailPointSetting | 'skip-waits';

/** A sending that a test has moved back is older. */
const MOVED_BACK_MS = 10 * 60_000;
const SKIPPED_MS = 20 * 60_000;

const bundle = pathToFileURL(process.argv[1] ?? '').href;
const armed: FailPoints[] = [];

process.on('message', (order: BrokerOrder) => {
  void (order === 'skip-waits' ? skipWaits() : arm(order)).then(() => process.send?.('done'));
});
process.channel?.unref();

/** Imports the bundle, which the broker has loaded by now (broker-bundle.ts). */
async function importBundle(): Promise<Bundle> {
  return (await import(bundle)) as Bundle;
}

async function arm(failPoint: FailPointSetting): Promise<void> {
  const { FailPoints } = await importBundle();
  if (armed.length === 0) joinTo(FailPoints.prototype);
  // Disarms itself when it is reached.
  armed.push(Reflect.construct(FailPoints, [{ failPoint }]) as FailPoints);
}

/** Has the broker's own fail points run what is armed here as well. */
function joinTo(prototype: FailPoints): void {
  const at = Reflect.get(prototype, 'at');
  const isArmed = Reflect.get(prototype, 'isArmed');
  prototype.at = async function (this: FailPoints, point: Point): Promise<void> {
    for (const each of armed) await at.call(each, point);
    await at.call(this, point);
  };
  prototype.isArmed = function (this: FailPoints, point: Point): boolean {
    return [this, ...armed].some(each => isArmed.call(each, point));
  };
}

async function skipWaits(): Promise<void> {
  const { prototype } = (await importBundle()).AttemptSightings;
  const note = Reflect.get(prototype, 'note');
  prototype.note = function (this: typeof prototype, sending): number {
    const ageMs = Date.now() - (sending.sentAt?.getTime() ?? Date.now());
    return note.call(this, sending) + (ageMs > MOVED_BACK_MS ? SKIPPED_MS : 0);
  };
}
