import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FailAction, FailPointSetting } from '../../src/config/values/fail-point.ts';
import type { BrokerOrder } from './arm-fail-points.ts';
import { Child, type Exit } from './child.ts';
import { exchange } from './http-exchange.ts';

// Suites run the bundle that test/global-setup.ts made; the demo and the sandbox run what `npm start` runs.
const main = process.env.TEST_BROKER ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const preloads = [
  new URL('end-with-parent.ts', import.meta.url).href,
  new URL('arm-fail-points.ts', import.meta.url).href,
].flatMap(url => ['--import', url]);
const pollMs = 50;

/** All settings of a broker. From this process's environment it gets only PATH and HOME. */
export type BrokerSettings = Record<`LATCHKEY_${string}`, string>;

export type Broker = {
  /** The URL that it listens at. */
  url: string;
  pid: number | undefined;
  /** Its log and other output, line by line. */
  lines: readonly string[];
  exited: Promise<Exit>;
  /** Sends SIGTERM, then SIGKILL if it has not exited within 60 s. */
  stop: () => Promise<Exit>;
  kill: (signal: NodeJS.Signals) => void;
  /** Arms `action` for the next time that the broker reaches `point`. */
  arm: (point: FailPointSetting['point'], action: FailAction) => Promise<void>;
  /** Makes it take the sendings that a test moves back for ones that it has known for longer. */
  skipWaits: () => Promise<void>;
  isRunning: () => boolean;
};

/**
 * Starts the built broker, with Node's own options where there are any, and waits until it is ready, at most 180 s.
 *
 * Throws `ChildExitedError` with its exit and its output when it ends first.
 */
export async function startBroker(
  settings: BrokerSettings,
  onLine?: (line: string) => void,
  nodeOptions: readonly string[] = [],
): Promise<Broker> {
  if (!existsSync(main)) throw new Error('the broker is not built yet: npm run build');
  const url = `http://${settings.LATCHKEY_LISTEN ?? '127.0.0.1:8787'}`;
  const child = new Child([...nodeOptions, ...preloads, main], {
    environment: settings,
    onLine,
  });
  await child.until(signal => untilReady(url, signal));
  const order = async (what: BrokerOrder): Promise<void> => {
    const done = once(child.childProcess, 'message');
    child.childProcess.send(what);
    await done;
  };
  return {
    url,
    pid: child.childProcess.pid,
    lines: child.lines,
    exited: child.exited,
    stop: () => child.stop(),
    kill: signal => {
      child.childProcess.kill(signal);
    },
    arm: (point, action) => order({ point, action }),
    skipWaits: () => order('skip-waits'),
    isRunning: () => child.childProcess.exitCode === null && child.childProcess.signalCode === null,
  };
}

async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!(await isReady(url))) await sleep(pollMs, undefined, { signal });
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await exchange(new URL('/readyz', url))).status === 200;
  } catch {
    return false; // No process listens there yet.
  }
}
