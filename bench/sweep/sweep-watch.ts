import { setTimeout as sleep } from 'node:timers/promises';
import { exchange } from '../../test/network/http-exchange.ts';

const pollMs = 250;

/** The metrics of a broker's sweep: swept temp tokens and failures. */
export type SweepCount = { rows: number; failures: number; at: number };

/** Watches a broker's log for the end of its sweep, so that no request disturbs it. */
export class SweepWatch {
  readonly #over = new AbortController();
  #overAt = 0;

  /** Aborts when the sweep is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** When the sweep was over, by the monotonic clock. */
  get overAt(): number {
    return this.#overAt;
  }

  read(line: string): void {
    if (!line.includes('"table":"temp_token"')) return;
    this.#overAt = performance.now();
    this.#over.abort();
  }
}

/** Polls a broker until its sweep has started. */
export async function untilSwept(url: string, adminToken: string, withinMs: number): Promise<SweepCount> {
  const giveUpAt = performance.now() + withinMs;
  while (performance.now() < giveUpAt) {
    const count = await countSwept(url, adminToken);
    if (count.rows > 0) return count;
    await sleep(pollMs);
  }
  throw new Error(`the broker swept no temp token within ${withinMs / 1000} s`);
}

export async function countSwept(url: string, adminToken: string): Promise<SweepCount> {
  const answer = await exchange(new URL('/metrics', url), {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  const text = await answer.text();
  return {
    rows: valueOf(text, 'latchkey_swept_rows_total'),
    failures: valueOf(text, 'latchkey_sweep_failures_total'),
    at: performance.now(),
  };
}

function valueOf(text: string, metric: string): number {
  const [, value] = new RegExp(`^${metric}\\{table="temp_token"\\} (\\d+)$`, 'm').exec(text) ?? [];
  if (value === undefined) throw new Error(`the broker does not tell ${metric}`);
  return Number(value);
}
