import { cpuTimeOf } from '../../process-usage.ts';
import { type Contender, queryPath } from '../contenders/contender.ts';
import type { LoadResult } from '../load/load.ts';
import type { LoadGenerator } from '../load/load-generator.ts';

const warmUpSeconds = 0.5;

/** One turn of one contender. `cpu` is the time of its process per request, in µs. */
export type Turn = LoadResult & { cpu: number };

export type TurnOptions = { connections: number; seconds: number; rate?: number; call?: Call };

/** The call of the load, by default the small query. */
type Call = { path: string; body?: string };

/** Loads a contender for some seconds, after a warm-up. */
export async function takeTurn(
  { name, pid, url, headers, cookies }: Contender,
  generator: LoadGenerator,
  { connections, seconds, rate, call = { path: queryPath } }: TurnOptions,
): Promise<Turn> {
  const credentials = cookies.map(cookie => `cookie: ${cookie}`);
  const { path, ...body } = call;
  const load = { url: new URL(path, url).href, ...body, headers, credentials, connections, rate };
  await generator.run({ ...load, seconds: warmUpSeconds });
  const cpuBefore = await cpuTimeOf(pid);
  const result = await generator.run({ ...load, seconds });
  const cpu = ((await cpuTimeOf(pid)) - cpuBefore) / result.answered;
  if (Object.keys(result.failed).length > 0)
    throw new Error(`${name} failed requests, by status: ${JSON.stringify(result.failed)}`);
  return { ...result, cpu };
}
