import { expect, it } from '@jest/globals';
import { digestOf } from '../../src/crypto/secret.ts';
import { SEEN_PRECISION_MS } from '../../src/ui-sessions/ui-session.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { statusOfMe } from './answers.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { movingClock } from './clock.ts';
import { until } from '../until.ts';

describeBroker('the session of a browser', broker => {
  const clock = movingClock();

  /** Visits as a signed-in browser. The broker stores the visit after it responds. */
  const visit = async (browser: BrowserClient): Promise<void> => {
    const visitedAt = Date.now();
    expect(await statusOfMe(browser)).toBe(200);
    await until(
      'the visit is stored',
      () => lastSeen(broker(), browser),
      seen => Date.parse(seen) > visitedAt - SEEN_PRECISION_MS,
    );
  };

  it('ends when the browser stays away for 14 days', async () => {
    const browser = broker().browser();
    await browser.login('alice.test', accountOf(broker(), 'alice.test'));
    clock.advance({ days: 13, minutes: 24 * 60 - 1 });
    await visit(browser);
    clock.advance({ days: 13, minutes: 24 * 60 - 1 });
    await visit(browser);
    clock.advance({ days: 14 });
    expect(await statusOfMe(browser)).toBe(401);
  });

  it('ends after 90 days, however often the browser comes', async () => {
    const browser = broker().browser();
    const answer = await browser.login('alice.test', accountOf(broker(), 'alice.test'));
    const expires = /Expires=([^;]+)/i.exec(answer.headers.getSetCookie().join())?.[1] ?? '';
    expect(Math.round((Date.parse(expires) - Date.now()) / 86_400_000)).toBe(90);
    for (let day = 10; day < 90; day += 10) {
      clock.advance({ days: 10 });
      await visit(browser);
    }
    clock.advance({ days: 9, minutes: 24 * 60 - 1 });
    await visit(browser);
    clock.advance({ minutes: 1 });
    expect(await statusOfMe(browser)).toBe(401);
  });

  it('stores its last use at most once in ten minutes', async () => {
    const browser = broker().browser();
    await browser.login('bob.test', accountOf(broker(), 'bob.test'));
    const atLogin = await lastSeen(broker(), browser);
    clock.advance({ minutes: 9, seconds: 59 });
    await Promise.all([statusOfMe(browser), statusOfMe(browser)]);
    expect(await lastSeen(broker(), browser)).toBe(atLogin);
    clock.advance({ seconds: 1 });
    await Promise.all([statusOfMe(browser), statusOfMe(browser)]);
    await visit(browser);
    const seen = await lastSeen(broker(), browser);
    expect(Date.parse(seen) - Date.parse(atLogin)).toBe(SEEN_PRECISION_MS);
    clock.advance({ minutes: 9, seconds: 59 });
    expect(await statusOfMe(browser)).toBe(200);
    expect(await lastSeen(broker(), browser)).toBe(seen);
  });
});

async function lastSeen({ database }: TestBroker, browser: BrowserClient): Promise<string> {
  const row = await database
    .selectFrom('ui_session')
    .select('last_seen_at')
    .where('digest', '=', digestOf(browser.cookie('latchkey') ?? ''))
    .executeTakeFirstOrThrow();
  return row.last_seen_at;
}
