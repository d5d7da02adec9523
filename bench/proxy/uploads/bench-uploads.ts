import { request } from 'undici';
import type { Started } from '../../../test/network/started.ts';
import { medianOf } from '../../median.ts';
import { toNumber, toTable } from '../../table.ts';
import type { Contender } from '../contenders/contender.ts';
import { startLatchkey } from '../contenders/latchkey.ts';
import { startSimpleProxy } from '../contenders/simple-proxies.ts';
import { startStubPds } from '../pds/stub-pds.ts';

const parallel = 16;
const uploadDelayMs = 100;
const nonceMs = 60_000;
const body = Buffer.alloc(1_000_000, 'upload');
const uploadPath = '/xrpc/com.atproto.repo.uploadBlob';

/** Uploads several blobs of one account at once, with and without a lock on the account. Returns a table. */
export async function benchUploads({ rounds }: { rounds: number }, started: Started): Promise<string> {
  const pds = await started.start(() => startStubPds({ nonceMs, uploadDelayMs }));
  const locked = await started.start(() => startSimpleProxy('locked', pds.url));
  const unlocked = await started.start(() => startSimpleProxy('proof', pds.url));
  const latchkey = await started.start(() => startLatchkey(pds.url));
  const contenders = [locked, unlocked, latchkey];
  const seconds = new Map<Contender, number[]>(contenders.map(contender => [contender, []]));
  for (const contender of contenders) await uploadAll(contender);
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) seconds.get(contender)?.push(await uploadAll(contender));
  }
  const baselines = seconds.get(locked) ?? [];
  return toTable(
    [
      `${parallel} uploads of 1 MB at once, ${uploadDelayMs} ms from the PDS`,
      'seconds',
      'uploads/s',
      'times faster than with the lock',
    ],
    [...seconds].map(([{ name }, times]) => [
      name,
      toNumber(medianOf(times), 2),
      toNumber(parallel / medianOf(times)),
      toNumber(medianOf(times.map((time, round) => (baselines[round] ?? Number.NaN) / time)), 1),
    ]),
  );
}

async function uploadAll(contender: Contender): Promise<number> {
  const began = performance.now();
  await Promise.all(Array.from({ length: parallel }, () => upload(contender)));
  return (performance.now() - began) / 1000;
}

async function upload({ name, url, headers, cookies: [cookie = ''] }: Contender): Promise<void> {
  const answer = await request(new URL(uploadPath, url), {
    method: 'POST',
    headers: { ...headers, cookie, 'content-type': 'image/jpeg' },
    body,
  });
  const { size } = (await answer.body.json()) as { size?: number };
  if (size !== body.length) throw new Error(`${name} answered an upload with ${answer.statusCode}`);
}
