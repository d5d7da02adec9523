import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Load, LoadResult } from './load.ts';
import { RawConnection } from './raw-connection.ts';

const tickMs = 1;

/** Sends requests for some seconds or until the signal. Returns their results. Throws if a connection breaks. */
export async function runLoad(load: Load, signal: AbortSignal): Promise<LoadResult> {
  const run = new LoadRun(load);
  const connections = await run.open();
  const began = performance.now();
  const pacing = run.start();
  const over = sleep(load.seconds * 1000, undefined, { signal }).catch(() => undefined);
  await Promise.race([over, ...connections.map(connection => connection.broken())]);
  clearInterval(pacing);
  const result = run.resultAfter((performance.now() - began) / 1000);
  for (const connection of connections) connection.close();
  return result;
}

class LoadRun {
  readonly #load: Load;
  readonly #latencies = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  readonly #failed: Record<string, number> = {};
  readonly #idle: RawConnection[] = [];
  /** The due times of requests that wait for a connection. */
  readonly #waiting: number[] = [];
  readonly #head: string;
  #answered = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#head = headOf(load);
  }

  async open(): Promise<readonly RawConnection[]> {
    const url = new URL(this.#load.url);
    for (let count = 0; count < this.#load.connections; count++) {
      const onAnswer = (connection: RawConnection, status: string): void => {
        this.#take(connection, status);
      };
      this.#idle.push(await RawConnection.open(url, onAnswer));
    }
    return [...this.#idle];
  }

  /** Starts every connection, or a timer by rate. The caller clears the returned timer. */
  start(): NodeJS.Timeout | undefined {
    const { rate } = this.#load;
    if (rate !== undefined) return this.#pace(rate);
    for (const connection of this.#idle.splice(0)) this.#send(connection, performance.now());
    return undefined;
  }

  /** Requests fall due at a constant rate, even while earlier ones are unanswered. */
  #pace(rate: number): NodeJS.Timeout {
    const began = performance.now();
    let due = 0;
    return setInterval(() => {
      const now = performance.now();
      for (const dueByNow = ((now - began) / 1000) * rate; due < dueByNow; due++) {
        // The connection that was idle longest, because a server closes idle ones.
        const connection = this.#idle.shift();
        if (connection) this.#send(connection, now);
        else this.#waiting.push(now);
      }
    }, tickMs);
  }

  resultAfter(seconds: number): LoadResult {
    return {
      perSecond: this.#answered / seconds,
      answered: this.#answered,
      failed: this.#failed,
      p50: this.#latencies.percentile(50) / 1000,
      p99: this.#latencies.percentile(99) / 1000,
    };
  }

  #take(connection: RawConnection, status: string): void {
    const now = performance.now();
    if (status === (this.#load.status ?? '200')) {
      this.#answered++;
      this.#latencies.record(Math.max(1, Math.round((now - connection.dueAt) * 1000)));
    } else {
      this.#failed[status] = (this.#failed[status] ?? 0) + 1;
    }
    const dueAt = this.#load.rate === undefined ? now : this.#waiting.shift();
    if (dueAt === undefined) this.#idle.push(connection);
    else this.#send(connection, dueAt);
  }

  #send(connection: RawConnection, dueAt: number): void {
    const { credentials, body = '' } = this.#load;
    const credential = credentials[Math.floor(Math.random() * credentials.length)] ?? '';
    connection.send(`${this.#head}${credential}\r\n\r\n${body}`, dueAt);
  }
}

/** Returns a request's head without credential and end. */
function headOf({ url, headers, body }: Load): string {
  const { pathname, search, host } = new URL(url);
  const ofBody =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };
  const lines = Object.entries({ ...headers, ...ofBody }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${body === undefined ? 'GET' : 'POST'} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}`;
}
