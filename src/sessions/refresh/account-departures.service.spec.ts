import { beforeEach, describe, expect, it } from '@jest/globals';
import { asId } from '../../../test/ids.ts';
import { AccountMovedError } from '../../oauth/refresh/token-refresh.service.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import type { TokenProbe } from '../pds/token-probe.service.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import { AccountDepartures } from './account-departures.service.ts';

const [OLD, NEW] = ['https://old.example', 'https://new.example'];
const session = { id: asId('a'), generation: 7, pds: OLD } as unknown as LiveSession;

describe('AccountDepartures', () => {
  let now: number;
  let isServed: boolean;
  let departures: AccountDepartures;
  beforeEach(() => {
    now = 1_000;
    isServed = false;
    const clock = Object.assign(new ProcessClock(), { monotonic: () => now });
    const probe = { isServed: () => Promise.resolve(isServed) } as unknown as TokenProbe;
    departures = new AccountDepartures(probe, clock, new Shutdown());
  });

  /** Notes one lookup after each pause, in seconds. */
  const look = async (pauses: readonly number[], pds = NEW, of = session): Promise<string[]> => {
    const kinds: string[] = [];
    for (const seconds of pauses) {
      now += seconds * 1000;
      kinds.push((await departures.note(of, new AccountMovedError(pds, 'moved'))).kind);
    }
    return kinds;
  };

  it('finds an account moved after three lookups and two minutes, if its old PDS drops it', async () => {
    expect(await look([0, 60, 60])).toEqual(['leaving', 'leaving', 'moved']);
  });

  it('looks again about once a minute', async () => {
    const departure = await departures.note(session, new AccountMovedError(NEW, 'moved'));
    const { retryAfterSeconds } = departure as Extract<typeof departure, { kind: 'leaving' }>;
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(61);
    expect(retryAfterSeconds).toBeLessThanOrEqual(75);
  });

  it.each([
    ['two lookups', [0, 600], NEW],
    ['many lookups at once', Array.from({ length: 10 }, () => 10), NEW],
  ])('does not after %s', async (_what, pauses, pds) => {
    expect(await look(pauses, pds)).not.toContain('moved');
  });

  it.each([
    ['its old PDS still serves it', true, NEW],
    ['its PDS is the same, and only names another issuer', false, OLD],
  ])('takes 21 lookups if %s', async (_what, served, pds) => {
    isServed = served;
    const kinds = await look(
      Array.from({ length: 21 }, () => 60),
      pds,
    );
    expect([kinds.lastIndexOf('uncertain'), kinds[20]]).toEqual([19, 'moved']);
  });

  it('begins again if the account is served, has yet another PDS, or got new tokens', async () => {
    await look([0, 60]);
    isServed = true;
    expect(await look([60])).toEqual(['uncertain']);
    isServed = false;
    expect(await look([60, 60])).toEqual(['leaving', 'leaving']);
    expect(await look([60], 'https://third.example')).toEqual(['leaving']);
    expect(await look([60, 60], NEW, { ...session, generation: 8 })).toEqual(['leaving', 'leaving']);
  });
});
