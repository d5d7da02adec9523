import { setTimeout as sleep } from 'node:timers/promises';
import { medianOf } from '../median.ts';
import { toNumber, toTable } from '../table.ts';
import type { Contender } from '../proxy/contenders/contender.ts';

const REQUESTS = 200;
const SECONDS = 10;
const services = ['one', 'two', 'three', 'four'].map(name => `did:web:${name}.example.com#registry`);

type Answer = { cached: boolean; ms: number };

/** The requests of a container registry during pushes: one account, 200 tokens in 10 s for four services. */
export async function playTrace({ url, headers, cookies }: Contender): Promise<string> {
  const asking: Promise<Answer>[] = [];
  const began = performance.now();
  for (let request = 0; request < REQUESTS; request++) {
    await sleep(Math.max(0, began + (request * SECONDS * 1_000) / REQUESTS - performance.now()));
    const aud = services[Math.floor(Math.random() * services.length)];
    asking.push(ask(url, { ...headers, cookie: cookies[0] ?? '' }, aud));
  }
  const answers = await Promise.all(asking);
  const kept = answers.filter(({ cached }) => cached);
  const minted = answers.filter(({ cached }) => !cached);
  const msOf = (some: readonly Answer[]): string => toNumber(medianOf(some.map(({ ms }) => ms)), 1);
  return toTable(
    ['requests in 10 s', 'services', 'hits', 'hit ratio', 'hit, median ms', 'mint, median ms'],
    [[REQUESTS, services.length, kept.length, toNumber(kept.length / REQUESTS, 3), msOf(kept), msOf(minted)]],
  );
}

async function ask(url: string, headers: Record<string, string>, aud: string | undefined): Promise<Answer> {
  const began = performance.now();
  const answer = await fetch(new URL('/api/service-tokens', url), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ aud, lxm: 'com.example.registry.push' }),
  });
  if (answer.status !== 200) throw new Error(`the broker answered ${answer.status}: ${await answer.text()}`);
  const { cached } = (await answer.json()) as { cached: boolean };
  return { cached, ms: performance.now() - began };
}
