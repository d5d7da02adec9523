import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '../../../test/until.ts';
import { Keyring } from '../../crypto/keyring.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import type { Database } from '../../database/connection/database.ts';
import { CommitInDoubt } from '../../database/connection/settled-transactions.ts';
import { databaseUnavailable } from '../../database/engine/driver-error.ts';
import type { SpoolDirectory } from '../../leases/spools/spool-directory.service.ts';
import { Log } from '../../observability/log/log.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import type { Grants } from '../../oauth/refresh/grants.service.ts';
import type { SpoolDrain } from '../../single-use/spool-drain.service.ts';
import { SpoolDisk } from '../../single-use/spool/spool-disk.service.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import type { NewGrant } from '../stored/new-grant.ts';
import type { SessionRepository } from '../stored/session.repository.ts';
import { NewGrants } from './new-grants.service.ts';
import type { SessionRevocation } from './session-revocation.service.ts';
import { UnstoredGrants } from './unstored-grants.service.ts';

const grant = {
  did: 'did:plc:a',
  accessExpiresAt: new Date('2026-11-20T18:00:00.000Z'),
} as unknown as Grant;
const box = new SealedBox(new Keyring([randomBytes(32)]));
const log = new Log({ write: () => undefined });

let directory: string;
let disk: SpoolDisk;
let shutdown: Shutdown;
let steps: string[];
let stored: NewGrant[];
let isDatabaseAway: boolean;
let issuer: Grants['revoke'];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-new-grants-'));
  const spoolDirectory: Pick<SpoolDirectory, 'path'> = { path: directory };
  disk = new SpoolDisk(spoolDirectory as SpoolDirectory);
  shutdown = new Shutdown();
  steps = [];
  stored = [];
  isDatabaseAway = false;
  issuer = () => Promise.resolve(void steps.push('revoked at its issuer'));
});
afterEach(async () => {
  shutdown.announce();
  await disk.onApplicationShutdown();
  await rm(directory, { recursive: true });
});

/** A process whose first insert of a grant fails. */
function start(failure: Error): { newGrants: NewGrants; unstored: UnstoredGrants } {
  const rows = {
    insertUnheld: (newGrant: NewGrant) => {
      if (isDatabaseAway) return Promise.reject(databaseUnavailable('away'));
      stored.push(newGrant);
      return Promise.resolve();
    },
    markRevoking: () => Promise.resolve(void steps.push('marked as one to revoke')),
  } as unknown as SessionRepository;
  const drain = { register: () => undefined } as unknown as SpoolDrain;
  const unstored = new UnstoredGrants(rows, drain, disk, box, shutdown, log);
  const revocation = {} as unknown as SessionRevocation;
  const database = { transact: () => Promise.reject(failure) } as unknown as Database;
  const grants: Pick<Grants, 'revoke'> = { revoke: ended => issuer(ended) };
  const newGrants = new NewGrants(database, rows, revocation, grants as Grants, unstored, log);
  return { newGrants, unstored };
}

const spooled = async (): Promise<string[]> =>
  (await readdir(directory)).filter(name => name.endsWith('.grant'));

const isMarked = (): Promise<boolean> => Promise.resolve(steps.includes('marked as one to revoke'));

it('revokes a grant that is not stored', async () => {
  const { newGrants } = start(databaseUnavailable('away'));
  await expect(newGrants.store(grant, 'ui')).rejects.toThrow('away');
  expect([steps, stored]).toEqual([['revoked at its issuer'], []]);
});

it('asks no issuer about a grant whose COMMIT is in doubt, and stores it as one to revoke', async () => {
  const { newGrants } = start(new CommitInDoubt(new Error('lost')));
  await expect(newGrants.store(grant, 'ui')).rejects.toMatchObject({ code: 'DatabaseUnavailable' });
  await until('it is marked', isMarked);
  expect(steps).toEqual(['marked as one to revoke']);
  expect(stored).toMatchObject([{ grant }]);
});

it.each<[string, Error]>([
  ['whose COMMIT is in doubt', new CommitInDoubt(new Error('lost'))],
  ['that its issuer does not revoke', databaseUnavailable('away')],
])('keeps a grant %s on disk while the database is away, for the next process', async (_name, failure) => {
  isDatabaseAway = true;
  issuer = () => Promise.reject(new Error('the issuer is away'));
  const first = start(failure);
  await expect(first.newGrants.store(grant, 'api_key')).rejects.toThrow();
  await until('it is on disk', spooled, names => names.length === 1);
  shutdown.announce();
  await until(
    'the first process has ended',
    () => Promise.resolve(first.unstored.isDelivering),
    isDelivering => !isDelivering,
  );
  shutdown = new Shutdown();
  isDatabaseAway = false;
  expect(await start(failure).unstored.replay(directory)).toEqual({ stored: 1, left: 0 });
  expect(stored.at(-1)).toMatchObject({ grant });
  expect(steps).toContain('marked as one to revoke');
  expect(await spooled()).toEqual([]);
});
