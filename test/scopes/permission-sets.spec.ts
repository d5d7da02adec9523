import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { Config, readConfig } from '../../src/config/config.ts';
import type { Lexicons } from '../../src/identity/resolution/lexicons.service.ts';
import { PermissionSetFile } from '../../src/oauth/scopes/permission-set-file.ts';
import { PermissionSetRepository } from '../../src/oauth/scopes/permission-set.repository.ts';
import { PermissionSets } from '../../src/oauth/scopes/permission-sets.service.ts';
import { Log } from '../../src/observability/log/log.ts';
import { Metrics } from '../../src/observability/metrics/metrics.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { until } from '../until.ts';
import { sharedNetwork } from '../network/network.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { narrow, publish, standInForNameServers, untilKnown, whole } from './crates.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';

const nsid = 'com.example.crate.published';
const authorityName = '_lexicon.crate.example.com';
const settings = { LATCHKEY_SCOPE: `atproto include:${nsid}` };
const dayMs = 24 * 60 * 60_000;

describeDialects('permission sets', (_open, { dialect, create }) => {
  let authority: string;
  let broker: TestBroker;
  beforeAll(async () => {
    authority = await publish({ network: await sharedNetwork() }, nsid, whole);
  });
  beforeEach(async () => {
    broker = await startTestBroker(dialect, await create(), { settings: { LATCHKEY_SCOPE: 'atproto' } });
  });
  afterEach(async () => {
    await broker.app.close();
    jest.restoreAllMocks();
  });

  /** Restarts the broker on its database. */
  const restart = async (withSettings: Record<string, string> = settings): Promise<void> => {
    await broker.app.close();
    const { kind } = broker.app.get(Config).database;
    expect(kind).toBe(dialect);
    broker = await startTestBroker(dialect, broker.app.get(Config).database, {
      settings: withSettings,
      inPlaceOf: broker,
    });
  };
  const looks = async (): Promise<Record<string, number>> =>
    byLabel(readSamples(await (await scrape(broker)).text()), 'latchkey_permission_set_lookups_total');
  const permissionsOf = (): number | undefined =>
    broker.app.get(PermissionSets).get(nsid)?.permissions.length;

  it('are fetched from their authority once, and outlive the process and their authority', async () => {
    const asked = standInForNameServers(() => Promise.resolve([`did=${authority}`, 'v=other']));
    await restart();
    await untilKnown(broker, nsid);
    for (let times = 0; times < 100; times++) expect(permissionsOf()).toBe(whole.length);
    expect(asked).toEqual([authorityName]);
    expect(await looks()).toEqual({ resolved: 1, failed: 0 });

    jest.restoreAllMocks();
    const askedInVain = standInForNameServers(() => Promise.reject(new Error('nobody answers')));
    await untilStored(broker);
    await restart();
    await untilKnown(broker, nsid);
    expect(askedInVain).toEqual([]);

    await broker.database
      .updateTable('permission_set')
      .set({ resolved_at: toTimestamp(new Date(Date.now() - 30 * dayMs)) })
      .execute();
    await restart();
    await until('one look has failed', looks, ({ failed }) => failed === 1);
    expect(askedInVain).toEqual([authorityName]);
    expect(permissionsOf()).toBe(whole.length);
  });

  it('are fetched again after a day, by one process for all', async () => {
    const lexicons = { resolve: jest.fn(() => Promise.resolve(lexicon(narrow))) };
    const passTime = standInForTime();
    const [first, second] = [setsOf(broker, lexicons), setsOf(broker, lexicons)];
    first.get(nsid);
    await until('the first broker knows the set', () => first.get(nsid) !== undefined);
    await untilStored(broker);
    second.get(nsid);
    await until('the second broker knows the set', () => second.get(nsid) !== undefined);
    expect(lexicons.resolve).toHaveBeenCalledTimes(1);

    lexicons.resolve.mockImplementation(() => Promise.resolve(lexicon(whole)));
    await broker.database
      .updateTable('permission_set')
      .set({ resolved_at: toTimestamp(new Date(Date.now() - dayMs)) })
      .execute();
    passTime(dayMs);
    expect(first.get(nsid)?.permissions).toHaveLength(narrow.length);
    await until(
      'the first broker knows the whole set',
      () => first.get(nsid)?.permissions.length,
      count => count === whole.length,
    );
    expect(lexicons.resolve).toHaveBeenCalledTimes(2);
  });

  it('that cannot be fetched are retried one at a time, with growing pauses', async () => {
    const { promise: never, reject } = Promise.withResolvers<unknown>();
    const lexicons = { resolve: jest.fn(() => never) };
    const passTime = standInForTime();
    const sets = setsOf(broker, lexicons);
    for (let times = 0; times < 100; times++) expect(sets.get(nsid)).toBeUndefined();
    await until(
      'a look has begun',
      () => lexicons.resolve.mock.calls.length,
      count => count > 0,
    );
    for (let times = 0; times < 100; times++) sets.get(nsid);
    expect(lexicons.resolve).toHaveBeenCalledTimes(1);
    reject(new Error('no'));
    await until('one look has failed', looks, ({ failed }) => failed === 1);

    let failed = 1;
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      passTime(minutes * 60_000 - 1_000);
      sets.get(nsid);
      passTime(1_000);
      sets.get(nsid);
      failed++;
      await until(`${failed} looks have failed`, looks, now => now.failed === failed);
      expect(lexicons.resolve).toHaveBeenCalledTimes(failed);
    }
  });

  it.each([
    ['no DID', () => Promise.resolve(null)],
    ['two DIDs', (did: string) => Promise.resolve([`did=${did}`, `did=${did}`])],
    ['a DID that is none', () => Promise.resolve(['did=nonsense'])],
    ['a DID of a kind that accounts do not have', () => Promise.resolve(['did=did:key:zabc'])],
    ['an account that has not published it', () => Promise.resolve(['did=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'])],
  ])('are ignored if their authority names %s', async (_what, answer) => {
    standInForNameServers(() => answer(authority));
    await restart();
    await until('one look has failed', looks, ({ failed }) => failed === 1);
    expect(permissionsOf()).toBeUndefined();
    expect(broker.logLines.join('\n')).toContain('permission set resolution failed');
  });

  it.each<[string, unknown]>([
    ['another kind of lexicon', { id: nsid, defs: { main: { type: 'query' } } }],
    ['a lexicon without a main part', { id: nsid, defs: {} }],
    ['the set of another name', { ...lexicon(whole), id: 'com.example.crate.others' }],
    ['more permissions than a person can read', lexicon(Array.from({ length: 1001 }, () => whole[0] ?? {}))],
    ['a longer text than any set', lexicon([{ ...narrow[0], collection: ['a'.repeat(200_000)] }])],
    ['permissions that are none', lexicon([{ type: 'permission', resource: 'repo', collection: { a: 1 } }])],
    ['nothing', undefined],
  ])('are ignored if they are %s', async (_what, answer) => {
    const sets = setsOf(broker, { resolve: () => Promise.resolve(answer) });
    sets.get(nsid);
    await until('one look has failed', looks, ({ failed }) => failed === 1);
    expect(sets.get(nsid)).toBeUndefined();
    expect(await broker.database.selectFrom('permission_set').selectAll().execute()).toEqual([]);
  });

  it('with a corrupted stored copy are fetched from their authority', async () => {
    await broker.database
      .insertInto('permission_set')
      .values({ nsid, document: '{"id":', resolved_at: toTimestamp(new Date()) })
      .execute();
    const sets = setsOf(broker, { resolve: () => Promise.resolve(lexicon(whole)) });
    sets.get(nsid);
    await until('the set is known', () => sets.get(nsid) !== undefined);
  });

  it('of a file are known from the start, without a network request', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-sets-'));
    const asked = standInForNameServers(() => Promise.resolve(null));
    try {
      const file = join(directory, 'sets.json');
      await writeFile(file, JSON.stringify([lexicon(narrow)]));
      await restart({ ...settings, LATCHKEY_PERMISSION_SETS_FILE: file });
      expect(permissionsOf()).toBe(narrow.length);
      expect(asked).toEqual([]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('that the configuration does not name are never fetched', async () => {
    const asked = standInForNameServers(() => Promise.resolve([`did=${authority}`]));
    await restart({ LATCHKEY_SCOPE: 'atproto' });
    expect(permissionsOf()).toBeUndefined();
    expect(asked).toEqual([]);
  });

  afterAll(() => {
    jest.restoreAllMocks();
  });
});

function lexicon(permissions: object[]): object {
  return { lexicon: 1, id: nsid, defs: { main: { type: 'permission-set', permissions } } };
}

/** Returns permission sets on a broker's database, with lexicons of the suite. */
function setsOf({ app }: TestBroker, lexicons: Pick<Lexicons, 'resolve'>): PermissionSets {
  return new PermissionSets(
    readConfig(settings),
    app.get(PermissionSetFile),
    app.get(PermissionSetRepository),
    lexicons as Lexicons,
    app.get(Metrics),
    app.get(Log),
  );
}

/** Moves the process's clock ahead. */
function standInForTime(): (milliseconds: number) => void {
  const now = performance.now.bind(performance);
  let ahead = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  return milliseconds => {
    ahead += milliseconds;
  };
}

async function untilStored({ database }: TestBroker): Promise<void> {
  await until(
    'the set is stored',
    () => database.selectFrom('permission_set').select('nsid').execute(),
    rows => rows.some(row => row.nsid === nsid),
  );
}
