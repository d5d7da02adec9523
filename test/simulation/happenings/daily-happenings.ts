import { BackgroundRefresh } from '../../../src/background/refresh/background-refresh.service.ts';
import { Sweeper } from '../../../src/background/sweeps/sweeper.service.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import { Refresher } from '../../../src/sessions/refresh/refresher.service.ts';
import { Browser } from '../people/browser.ts';
import type { BrokerProcess } from '../brokers/broker-process.ts';
import type { Happening } from './happening.ts';

/** What happens every day. It is no trouble. */
export const dailyHappenings: readonly Happening[] = [
  {
    name: 'use',
    weight: 45,
    happen: (world, random) => {
      const holder = random.pick(world.holders);
      if (holder.isBusy) return undefined;
      void holder.actOnce();
      return holder.name;
    },
  },
  {
    name: 'refresh now',
    weight: 55,
    happen: (world, random) => {
      const holders = world.holders.filter(({ sessionId }) => sessionId !== undefined);
      const { serving } = world;
      if (holders.length === 0 || serving.length === 0) return undefined;
      const { name, sessionId } = random.pick(holders);
      const broker = random.pick(serving);
      if (sessionId) void refresh(broker, sessionId);
      return `${name} at ${broker.name}`;
    },
  },
  {
    name: 'sign in',
    weight: 3,
    happen: (world, random) => {
      const holder = random.pick(world.holders);
      if (!(holder instanceof Browser)) return undefined;
      void holder.signIn();
      return holder.name;
    },
  },
  {
    name: 'background refresh',
    weight: 10,
    happen: (world, random) => {
      const broker = world.serving.length > 0 ? random.pick(world.serving) : undefined;
      if (broker) void refreshDue(broker);
      return broker?.name;
    },
  },
  {
    name: 'sweep',
    weight: 4,
    happen: (world, random) => {
      const broker = world.serving.length > 0 ? random.pick(world.serving) : undefined;
      if (broker) void sweep(broker);
      return broker?.name;
    },
  },
];

/** Refreshes a session whose token is still good. */
export function refresh(broker: BrokerProcess, sessionId: SessionId): Promise<unknown> {
  return broker.act(() => broker.get(Refresher).refresh(sessionId, { kind: 'forced' }));
}

/** Runs the worker's round once. */
export function refreshDue(broker: BrokerProcess): Promise<unknown> {
  return broker.act(() => broker.get(BackgroundRefresh).run(0)).catch(() => undefined);
}

/** Runs every sweep once. */
export function sweep(broker: BrokerProcess): Promise<unknown> {
  return broker.act(() => broker.get(Sweeper).run()).catch(() => undefined);
}
