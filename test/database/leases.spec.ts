import { expect, it } from '@jest/globals';
import { LeaseRepository } from '../../src/leases/lease.repository.ts';
import { Leases } from '../../src/leases/leases.service.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { describeDialects } from './dialects.ts';
import { createQuietLog } from './quiet-log.ts';

function leasesOf(database: Database): Leases {
  return new Leases(new LeaseRepository(database), createQuietLog());
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

describeDialects('a lease', open => {
  it('is acquired by one of many simultaneous callers', async () => {
    const repository = new LeaseRepository(await open());
    const owners = Array.from({ length: 20 }, (_, n) => `owner-${n}`);
    const answers = await Promise.all(owners.map(owner => repository.acquire('keys', owner, 60)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('is acquired by one of many after it has expired', async () => {
    const repository = new LeaseRepository(await open());
    expect(await repository.acquire('keys', 'gone', -1)).toBe(true);
    const owners = Array.from({ length: 20 }, (_, n) => `owner-${n}`);
    const answers = await Promise.all(owners.map(owner => repository.acquire('keys', owner, 60)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('covers one name only', async () => {
    const repository = new LeaseRepository(await open());
    expect(await repository.acquire('keys', 'a', 60)).toBe(true);
    expect(await repository.acquire('sweep', 'b', 60)).toBe(true);
  });

  it('is extended by its owner only', async () => {
    const database = await open();
    const repository = new LeaseRepository(database);
    const until = async (): Promise<string> =>
      (await database.selectFrom('lease').select('until').executeTakeFirstOrThrow()).until;
    await repository.acquire('keys', 'a', 60);
    const first = await until();
    expect(await repository.acquire('keys', 'b', 600)).toBe(false);
    expect(await until()).toBe(first);
    expect(await repository.acquire('keys', 'a', 600)).toBe(true);
    expect(Date.parse(await until()) - Date.parse(first)).toBeGreaterThanOrEqual(540_000);
  });

  it('expires by the clock of the database', async () => {
    const database = await open();
    const repository = new LeaseRepository(database);
    await repository.acquire('keys', 'a', 60);
    expect(await repository.acquire('keys', 'b', 60)).toBe(false);
    await database
      .updateTable('lease')
      .set({ until: database.now(-0.01) })
      .execute();
    expect(await repository.acquire('keys', 'b', 60)).toBe(true);
    expect(await repository.acquire('keys', 'a', 60)).toBe(false);
  });

  it('expires when the clock of the database went back so far that it would last longer than any', async () => {
    const database = await open();
    const repository = new LeaseRepository(database);
    await repository.acquire('keys', 'a', 60);
    await database
      .updateTable('lease')
      .set({ until: database.now(100 * 86_400) })
      .execute();
    expect(await repository.acquire('keys', 'b', 60)).toBe(true);
    expect(await repository.acquire('keys', 'a', 60)).toBe(false);
  });

  it('is released by its owner only', async () => {
    const repository = new LeaseRepository(await open());
    await repository.acquire('keys', 'a', 60);
    expect(await repository.release('keys', 'b')).toBe(false);
    expect(await repository.acquire('keys', 'b', 60)).toBe(false);
    expect(await repository.release('keys', 'a')).toBe(true);
    expect(await repository.acquire('keys', 'b', 60)).toBe(true);
  });
});

describeDialects('work under a lease', open => {
  it('runs one at a time, in this process and in others', async () => {
    const database = await open();
    const processes = [leasesOf(database), leasesOf(database)];
    let working = 0;
    let most = 0;
    const work = async (): Promise<number> => {
      most = Math.max(most, ++working);
      await sleep(20);
      return working--;
    };
    const uses = [...processes, ...processes].map(leases => leases.withLease('keys', work, { seconds: 60 }));
    expect(await Promise.all(uses)).toEqual([1, 1, 1, 1]);
    expect(most).toBe(1);
  });

  it('releases the lease when it throws', async () => {
    const leases = leasesOf(await open());
    const failing = leases.withLease('keys', () => Promise.reject(new Error('no')), { seconds: 60 });
    await expect(failing).rejects.toThrow('no');
    expect(
      await leases.withLease('keys', () => Promise.resolve('yes'), { seconds: 60, waitSeconds: 0 }),
    ).toBe('yes');
  });

  it('does not start if another owner keeps the lease too long', async () => {
    const database = await open();
    await new LeaseRepository(database).acquire('keys', 'other', 60);
    let begun = false;
    const work = leasesOf(database).withLease('keys', () => Promise.resolve((begun = true)), {
      seconds: 60,
      waitSeconds: 0.1,
    });
    await expect(work).rejects.toMatchObject({
      code: 'DatabaseUnavailable',
      details: { retryAfterSeconds: 5 },
    });
    expect(begun).toBe(false);
  });
});
