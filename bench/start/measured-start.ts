import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchange } from '../../test/network/http-exchange.ts';
import { freePorts } from '../../test/network/free-ports.ts';
import { cpuTimeOf, residentMemoryOf } from '../process-usage.ts';

const POLL_MS = 5;
/** The broker gives memory back a second after its start. */
const IDLE_MS = 5_000;
const PATIENCE_MS = 120_000;

/** What one start took: until /readyz said 200, and then idle. */
export type MeasuredStart = {
  readonly readyMs: number;
  readonly cpuMs: number;
  readonly idleMebibytes: number;
};

/** Starts a broker on the SQLite file of `directory`, measures it, and stops it. */
export async function measureStart(program: string, directory: string): Promise<MeasuredStart> {
  const [port = 0] = await freePorts(1);
  const { PATH = '', HOME = '' } = process.env;
  const since = performance.now();
  const broker = spawn(process.execPath, [program], {
    cwd: directory,
    env: { PATH, HOME, LATCHKEY_LISTEN: `127.0.0.1:${port}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const closed = once(broker, 'close');
  try {
    await untilReady(broker, new URL(`http://127.0.0.1:${port}/readyz`), since);
    const readyMs = performance.now() - since;
    const pid = broker.pid ?? 0;
    const cpuMs = (await cpuTimeOf(pid)) / 1000;
    await sleep(IDLE_MS);
    return { readyMs, cpuMs, idleMebibytes: await residentMemoryOf(pid) };
  } finally {
    broker.kill('SIGTERM');
    await closed;
  }
}

async function untilReady(broker: ChildProcess, url: URL, since: number): Promise<void> {
  while (!(await isReady(url))) {
    if (broker.exitCode !== null) throw new Error(`the broker ended with ${broker.exitCode}`);
    if (performance.now() - since > PATIENCE_MS) throw new Error('the broker was not ready in 120 s');
    await sleep(POLL_MS);
  }
}

function isReady(url: URL): Promise<boolean> {
  return exchange(url).then(
    ({ status }) => status === 200,
    () => false,
  );
}
