import fc from 'fast-check';
import { type FailPoint, failPoints } from '../../../src/config/values/fail-point.ts';
import { ClientKeyRotation } from '../../../src/oauth/client-keys/client-key-rotation.service.ts';
import { Happening, isReconnectable } from './happening.ts';
import type { ModelBroker } from './model-broker.ts';
import { logOut, reconnect, signIn } from './people.ts';
import { beginCall, beginRefresh } from './requests.ts';
import { troubleNames, troubles } from './troubles.ts';
import type { World } from './world.ts';

const MOST_SESSIONS = 6;

/** A key signs only after issuers may have seen it. */
const PUBLISHED_MINUTES = 21;

const index = fc.nat({ max: 5 });
const point = fc.constantFrom(...failPoints);
const trouble = fc.constantFrom(...troubleNames);

const calls = fc.tuple(index, index, fc.integer({ min: 1, max: 3 })).map(
  ([session, broker, callers]) =>
    new Happening(`call(${session}, ${broker}, ${callers} callers)`, async world => {
      for (let caller = 0; caller < callers; caller++)
        beginCall(world, pick(world.running, broker + caller), pick(world.sessions, session));
      await world.flights.settle();
    }),
);

const refreshes = fc
  .tuple(index, index, fc.constantFrom('forced' as const, 'claimed' as const), fc.option(trouble))
  .map(
    ([session, broker, kind, name]) =>
      new Happening(`refresh(${session}, ${broker}, ${kind}, ${name ?? 'no trouble'})`, async world => {
        if (name) world.road.arm(troubles[name]);
        const target = pick(world.sessions, session);
        beginRefresh(world, pick(world.running, broker), target, {
          kind,
          generation: target.seen.generation,
        });
        await world.flights.settle();
      }),
  );

const troublings = fc.constantFrom(...troubleNames).map(
  name =>
    new Happening(`trouble(${name})`, world => {
      world.road.arm(troubles[name]);
    }),
);

const arrivals = fc.constantFrom('delivered' as const, 'lost' as const).map(
  fate =>
    new Happening(
      `heldUp(${fate})`,
      async world => world.road.held[0]?.release(fate),
      ({ isHeldUp }) => isHeldUp,
    ),
);

const crashes = fc.tuple(index, index, fc.option(point)).map(
  ([session, broker, at]) =>
    new Happening(`crash(${session}, ${broker}, ${at ?? 'idle'})`, async world => {
      const doomed = pick(world.brokers, broker);
      if (at && doomed.state === 'running' && !doomed.held) await stopRefresh(world, doomed, session, at);
      await world.kill(doomed);
    }),
);

const pauses = fc.tuple(index, index, point).map(
  ([session, broker, at]) =>
    new Happening(
      `pause(${session}, ${broker}, ${at})`,
      async world => {
        const paused = pick(world.running, broker);
        // A suspended process does nothing else either.
        if (world.flights.isBusy(paused)) return;
        const isStopped = await stopRefresh(world, paused, session, at);
        // On SQLite no other process could continue, so only the refresh is suspended, and callers come.
        if (isStopped && world.dialect === 'postgres') paused.freeze();
      },
      ({ isStopped }) => !isStopped,
    ),
);

const resumptions = fc.constant(
  new Happening(
    'goOn()',
    async world => {
      for (const broker of world.brokers) if (broker.held) await world.goOn(broker);
    },
    ({ isStopped }) => isStopped,
  ),
);

const passages = fc
  .constantFrom(1, 4, 12, 35, 61)
  .map(minutes => new Happening(`pass(${minutes} min)`, world => world.pass(minutes)));

const rotations = fc.constant(
  new Happening('rotateClientKey()', rotateClientKey, ({ isConfidential }) => isConfidential),
);

const logins = fc.tuple(index, index).map(
  ([session, broker]) =>
    new Happening(
      `logIn(${session}, ${broker})`,
      async world => {
        const previous = pick(
          world.sessions.filter(({ purpose }) => purpose === 'ui'),
          session,
        );
        await signIn(world, pick(world.running, broker), previous.did, previous);
      },
      ({ sessions }) => sessions < MOST_SESSIONS,
    ),
);

const logouts = fc
  .tuple(index, index)
  .map(
    ([session, broker]) =>
      new Happening(`logOut(${session}, ${broker})`, world =>
        logOut(pick(world.running, broker), pick(world.sessions, session)),
      ),
  );

const reconnections = index.map(
  broker =>
    new Happening(
      `reconnect(${broker})`,
      async world => {
        const [lost] = world.sessions.filter(isReconnectable);
        if (lost) await reconnect(world, pick(world.running, broker), lost);
      },
      ({ isKeyLost }) => isKeyLost,
    ),
);

const endings = index.map(
  session =>
    new Happening(`endAtIssuer(${session})`, world => {
      world.ground.network.issuer.end(pick(world.sessions, session).grant, 'issuer');
    }),
);

/** The possible happenings. One that is listed repeatedly happens more often. */
export const happenings = [
  ...[calls, calls, refreshes, refreshes, refreshes, refreshes, troublings, passages, passages],
  ...[arrivals, crashes, crashes, pauses, pauses, resumptions, rotations, logins, logouts, logouts],
  ...[reconnections, endings],
];

async function stopRefresh(
  world: World,
  broker: ModelBroker,
  session: number,
  at: FailPoint,
): Promise<boolean> {
  const target = pick(world.sessions, session);
  return world.stopAt(at, broker, target, () => beginRefresh(world, broker, target));
}

/** Activates a new key for new sessions. Existing ones keep theirs to their end. */
async function rotateClientKey(world: World): Promise<void> {
  const rotation = pick(world.running, 0).get(ClientKeyRotation);
  const step = { owner: null, dryRun: false, by: { actor: { kind: 'operator' } } } as const;
  const old = (await rotation.list(null)).filter(({ status }) => status === 'active');
  const { key } = await rotation.publish(step);
  await world.pass(PUBLISHED_MINUTES);
  await rotation.activate(key?.kid ?? '', step);
  for (const { kid } of old) await rotation.retire(kid, step);
}

function pick<Item>(items: readonly Item[], at: number): Item {
  const item = items[at % items.length];
  if (item === undefined) throw new Error('there is nothing to pick');
  return item;
}
