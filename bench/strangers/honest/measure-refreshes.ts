import type { Broker } from '../../../test/network/broker-process.ts';
import { exchange } from '../../../test/network/http-exchange.ts';

/** Refreshes that are asked for at a time. */
const lanes = 4;

export type Refreshes = {
  readonly count: number;
  /** How many brought a new token. */
  readonly refreshed: number;
  /** Milliseconds, in ascending order. */
  readonly times: readonly number[];
  /** Why some brought none, with how often. */
  readonly failures: ReadonlyMap<string, number>;
};

type Place = { readonly broker: Broker; readonly adminToken: string };

/** Returns the ids of all sessions. */
export async function listSessions({ broker, adminToken }: Place): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ;) {
    const answer = await call({ broker, adminToken }, 'GET', `/api/sessions?limit=100${cursor}`);
    const { sessions, cursor: next } = (await answer.json()) as {
      sessions: { id: string }[];
      cursor?: string;
    };
    ids.push(...sessions.map(({ id }) => id));
    if (next === undefined) return ids;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** Refreshes sessions in turn, a few at a time, at least once each and for as long as asked. */
export async function measureRefreshes(
  place: Place,
  ids: readonly string[],
  seconds: number,
): Promise<Refreshes> {
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  const failures = new Map<string, number>();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < ids.length || performance.now() < until) {
      const id = ids[next++ % ids.length] ?? '';
      const begun = performance.now();
      const problem = await refresh(place, id);
      times.push(performance.now() - begun);
      if (problem !== undefined) failures.set(problem, (failures.get(problem) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  const ascending = times.sort((one, other) => one - other);
  return { count: ascending.length, refreshed: ascending.length - failed, times: ascending, failures };
}

/** Returns why a refresh brought no new token, or undefined. */
async function refresh(place: Place, id: string): Promise<string | undefined> {
  const answer = await call(place, 'POST', `/api/sessions/${id}/refresh`);
  const result = (await answer.json()) as { kind?: string; error?: string };
  return result.kind === 'refreshed' ? undefined : `${answer.status} ${result.error ?? result.kind ?? ''}`;
}

function call({ broker, adminToken }: Place, method: string, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${adminToken}` };
  return exchange(new URL(path, broker.url), { method, headers });
}
