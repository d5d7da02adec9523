import { expect, it } from '@jest/globals';
import { IssuerBackOff } from '../../src/sessions/refresh/issuer-back-off.service.ts';
import { until } from '../until.ts';
import { describeFaults, type FaultyPlace } from '../refresher/describe-faults.ts';
import type { TestSession } from '../refresher/test-session.ts';

const YEAR_SECONDS = 365 * 86_400;
const MOST_SECONDS = 15 * 60;

describeFaults('a Retry-After of an issuer', place => {
  const asks = async (status: number, retryAfter: string): Promise<TestSession> => {
    const session = await place().signIn();
    const headers = { 'retry-after': retryAfter };
    await place().network.armFault({
      match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
      effect: { kind: 'answer', moment: 'before', status, headers },
    });
    expect(await session.refresh()).toMatchObject({ kind: 'failed' });
    return session;
  };

  it.each([
    ['seconds', '120', 120],
    ['a date', new Date(Date.now() + 600_000).toUTCString(), 600],
    ['ten years', String(10 * YEAR_SECONDS), MOST_SECONDS],
    ['a date in ten years', new Date(Date.now() + 10_000 * YEAR_SECONDS).toUTCString(), MOST_SECONDS],
  ])('of %s is respected, up to 15 minutes', async (_name, retryAfter, seconds) => {
    const session = await asks(429, retryAfter);
    const waits = await secondsOff(session);
    expect(waits).toBeLessThanOrEqual(seconds + 1);
    expect(waits).toBeGreaterThan(seconds - 60);
    expect(issuerWaits(place())).toBeLessThanOrEqual(seconds);
    expect(issuerWaits(place())).toBeGreaterThan(seconds - 60);
    await session.letDeadlinePass();
    await place().network.disarmFaults();
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(issuerWaits(place())).toBe(0);
  });

  it('is also respected of a 503', async () => {
    const session = await asks(503, '120');
    expect(await session.state()).toMatchObject({ status: 'active', attempt_state: null });
    expect(await secondsOff(session)).toBeGreaterThan(60);
    expect(issuerWaits(place())).toBeGreaterThan(60);
    place().broker.app.get(IssuerBackOff).noteSuccess(place().network.pds);
  });

  it.each(['-5', 'soon', ''])('that is invalid delays as any failure does: %j', async retryAfter => {
    const session = await asks(429, retryAfter);
    expect(await secondsOff(session)).toBeLessThanOrEqual(3);
    place().broker.app.get(IssuerBackOff).noteSuccess(place().network.pds);
  });
  it('is told to callers of a session whose issuer answered once with 503, and true', async () => {
    const session = await place().signIn();
    await session.age(61);
    await place().network.armFault({
      match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
      effect: { kind: 'answer', moment: 'before', status: 503 },
      times: 1,
    });
    const told = await session.call();
    expect(told).toMatchObject({ status: 503, error: 'TokenUnavailable' });
    expect(Number(told.retryAfter)).toBeLessThanOrEqual(4);
    await until(
      'the session works again',
      () => session.call(),
      ({ status }) => status === 200,
    );
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2, failures: 0 });
  });
});

/** Returns the seconds until a session is retried. */
async function secondsOff({ broker: { database }, id }: TestSession): Promise<number> {
  const row = await database
    .selectFrom('oauth_session')
    .select('next_refresh_at')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return (Date.parse(row.next_refresh_at ?? '') - Date.now()) / 1000;
}

function issuerWaits({ broker, network }: FaultyPlace): number {
  return broker.app.get(IssuerBackOff).remainingMs(network.pds) / 1000;
}
