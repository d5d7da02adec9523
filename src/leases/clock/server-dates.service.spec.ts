import { describe, expect, it } from '@jest/globals';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { ServerDates } from './server-dates.service.ts';

const HOUR_MS = 60 * 60_000;

class SetClock extends ProcessClock {
  at = 0;

  override monotonic(): number {
    return this.at;
  }
}

function setUp() {
  const clock = new SetClock();
  const dates = new ServerDates(clock);
  const hear = (...leads: number[]) => {
    for (const [n, lead] of leads.entries()) dates.note(`https://${n}.example`, clock.at + lead);
  };
  const compare = (lead: number) =>
    dates.compare({ database: clock.at + lead, monotonic: clock.at, uptime: 0 });
  return { clock, hear, compare };
}

describe('the clocks of other servers', () => {
  it('are silent while fewer than three were heard within ten minutes', () => {
    const { clock, hear, compare } = setUp();
    hear(0, 0);
    expect(compare(0)).toBe('silent');
    hear(0, 0, 0);
    expect(compare(0)).toBe('agree');
    clock.at += 11 * 60_000;
    hear(0, 0);
    expect(compare(0)).toBe('silent');
  });

  it('agree or disagree by their median, which one wrong clock does not move', () => {
    const { hear, compare } = setUp();
    hear(0, 1_000, HOUR_MS);
    expect([compare(0), compare(HOUR_MS)]).toEqual(['agree', 'disagree']);
    hear(0, HOUR_MS, HOUR_MS);
    expect([compare(0), compare(HOUR_MS)]).toEqual(['disagree', 'agree']);
  });

  it('count once each, however often they are heard', () => {
    const { hear, compare } = setUp();
    hear(0, 0, HOUR_MS);
    for (let n = 0; n < 10; n++) hear(0, 0, HOUR_MS);
    expect(compare(0)).toBe('agree');
  });
});
