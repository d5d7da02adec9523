import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '../../../test/until.ts';
import { Keyring } from '../../crypto/keyring.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { databaseUnavailable } from '../../database/engine/driver-error.ts';
import type { SpoolDirectory } from '../../leases/spools/spool-directory.service.ts';
import { Log } from '../../observability/log/log.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { Deliveries } from './deliveries.ts';
import { Spool } from './spool.ts';
import { SpoolDisk } from './spool-disk.service.ts';

type Answer = { readonly id: string };

const box = new SealedBox(new Keyring([randomBytes(32)]));
const foreignBox = new SealedBox(new Keyring([randomBytes(32)]));
const kind = { suffix: '.answer', idOf: ({ id }: Answer) => id };

let directory: string;
let disk: SpoolDisk;
let shutdown: Shutdown;
let lines: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-deliveries-'));
  const spoolDirectory: Pick<SpoolDirectory, 'path'> = { path: directory };
  disk = new SpoolDisk(spoolDirectory as SpoolDirectory);
  shutdown = new Shutdown();
  lines = [];
});
afterEach(async () => {
  shutdown.announce();
  await disk.onApplicationShutdown();
  await rm(directory, { recursive: true });
});

/** Deliveries into a list. `storeOnce` first does what the test says. */
class TestDeliveries extends Deliveries<Answer, 'stored'> {
  readonly stored: string[] = [];

  constructor(
    private readonly before: (id: string) => Promise<unknown> | undefined = () => undefined,
    protected override readonly fileTimeLimitMs = 10_000,
  ) {
    super(new Spool<Answer>(disk, box, kind), shutdown, new Log({ write: line => lines.push(line) }));
  }

  protected async storeOnce({ id }: Answer): Promise<'stored'> {
    await this.before(id);
    this.stored.push(id);
    return 'stored';
  }

  protected reportTrouble(): void {
    return;
  }
}

const spooled = async (): Promise<string[]> =>
  (await readdir(directory)).filter(name => name.endsWith('.answer')).sort();

async function spool(ids: readonly string[], by = box): Promise<void> {
  const from = new Spool<Answer>(disk, by, kind);
  for (const id of ids) await from.write({ id });
}

it('stores every file that can be stored, whatever the others are', async () => {
  await spool(['s1.a1', 's2.a2', 'throws.a3', 'a4']);
  await spool(['foreign.a5'], foreignBox);
  for (const [name, content] of [
    ['garbage.a6', randomBytes(2_000)],
    ['empty.a7', ''],
    ['text.a8', 'not sealed'],
    ['', 'no name'],
  ] as const)
    await writeFile(join(directory, `${name}.answer`), content);
  const deliveries = new TestDeliveries(id => {
    if (id.startsWith('throws')) throw new TypeError('It cannot be stored.');
    return undefined;
  });
  await deliveries.onModuleInit();
  expect(await deliveries.replay(directory)).toEqual({ stored: 3, left: 6 });
  expect(deliveries.stored.sort()).toEqual(['a4', 's1.a1', 's2.a2']);
  expect(await spooled()).toHaveLength(6);
  const alarms = (): number => lines.filter(line => line.includes('"alarm":true')).length;
  expect(alarms()).toBe(6);
  await deliveries.replay(directory);
  expect(alarms()).toBe(6);
});

it('holds what waits for a file, by each of its ids, until the file is stored or taken away', async () => {
  await spool(['s1.a1', 'throws.a2']);
  let isBroken = true;
  const deliveries = new TestDeliveries(id => {
    if (isBroken && id.startsWith('throws')) throw new TypeError('It cannot be stored.');
    return undefined;
  });
  await deliveries.onModuleInit();
  const held = (): boolean[] => ['s1', 'a1', 'throws', 'a2', 's2'].map(key => deliveries.isWaitingFor(key));
  expect(held()).toEqual([true, true, true, true, false]);
  await deliveries.replay(directory);
  expect(held()).toEqual([false, false, true, true, false]);
  isBroken = false;
  await deliveries.replay(directory);
  expect(held()).toEqual([false, false, false, false, false]);
  await spool(['s2.a3']);
  await deliveries.onModuleInit();
  expect(deliveries.isWaitingFor('s2')).toBe(true);
  await rm(join(directory, 's2.a3.answer'));
  await deliveries.replay(directory);
  expect(deliveries.isWaitingFor('s2')).toBe(false);
});

it('turns to the next file after a while, and stores a slow one once', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `slow${index}.a`);
  await spool([...ids, 'zz.good']);
  const release = Promise.withResolvers<undefined>();
  const deliveries = new TestDeliveries(id => (id.startsWith('slow') ? release.promise : undefined), 500);
  expect(await deliveries.replay(directory)).toEqual({ stored: 1, left: 20 });
  expect(deliveries.stored).toEqual(['zz.good']);
  expect(deliveries.isWaitingFor('slow0')).toBe(true);
  expect(await deliveries.replay(directory)).toEqual({ stored: 0, left: 20 });
  release.resolve(undefined);
  await until('the spool is empty', spooled, names => names.length === 0);
  expect(deliveries.stored).toHaveLength(21);
});

it('keeps an answer on disk that the database refuses, and waits for it', async () => {
  let isBroken = true;
  const deliveries = new TestDeliveries(() => {
    if (isBroken) throw new TypeError('It cannot be stored.');
    return undefined;
  });
  const { safe, stored } = deliveries.deliver({ id: 's1.a1' });
  await safe;
  expect(await spooled()).toEqual(['s1.a1.answer']);
  expect(await stored).toBe('spooled');
  expect(deliveries.isWaitingFor('s1')).toBe(true);
  isBroken = false;
  expect(await deliveries.replay(directory)).toEqual({ stored: 1, left: 0 });
  expect(deliveries.isWaitingFor('s1')).toBe(false);
}, 20_000);

it('retries an answer while the database is away', async () => {
  let failures = 0;
  const deliveries = new TestDeliveries(() => {
    if (++failures < 4) throw databaseUnavailable('away');
    return undefined;
  });
  const { stored } = deliveries.deliver({ id: 's1.a1' });
  expect(deliveries.isWaitingFor('s1')).toBe(true);
  expect(await stored).toBe('stored');
  expect([deliveries.isWaitingFor('s1'), await spooled()]).toEqual([false, []]);
});
