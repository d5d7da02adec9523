import { beforeAll, expect, it } from '@jest/globals';
import { ClockGuard } from '../../src/leases/clock/clock-guard.service.ts';
import { accountOf } from '../broker/test-broker.ts';
import { describeTwoBrokers, type TwoBrokers } from '../broker/two-brokers.ts';
import { type AppSession, TestApp } from '../native-apps/test-app.ts';
import { BrokerClock } from './broker-clock.ts';

const MINUTE_MS = 60_000;

describeTwoBrokers('a native app under a database clock that steps', suite, { confidential: true });

function suite(brokers: () => TwoBrokers): void {
  let clock: BrokerClock;
  let app: TestApp;
  let session: AppSession;
  beforeAll(async () => {
    const { first, second } = brokers();
    clock = new BrokerClock(second);
    app = await TestApp.register(first);
    session = await app.login(accountOf(first, 'alice.test'));
  });

  it.each([
    ['eleven minutes ahead', 11 * MINUTE_MS],
    ['a hundred days ahead', 100 * 24 * 60 * MINUTE_MS],
  ])('gets its answer again at another broker, and keeps its session: %s', async (_, lead) => {
    const { second } = brokers();
    const first = await app.refresh(session);
    expect(first.status).toBe(200);
    clock.stepUnnoticed(lead);
    const again = await app.refresh(session, { at: second });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(second.app.get(ClockGuard).isTrusted()).toBe(false);
    await clock.step(0);
    await clock.pass(2 * MINUTE_MS);
    session = await app.renew({ ...session, refreshToken: String(first.body.refresh_token) });
    expect(await app.isAlive(session)).toBe(true);
  });
}
