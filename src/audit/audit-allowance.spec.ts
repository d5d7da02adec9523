import { describe, expect, it } from '@jest/globals';
import { BURST, AuditAllowance } from './audit-allowance.ts';

const DAY_MS = 24 * 60 * 60_000;

describe('the allowance for events that strangers cause', () => {
  const consumeAll = (allowance: AuditAllowance, now: number): number => {
    let consumed = 0;
    while (allowance.consume(now)) consumed++;
    return consumed;
  };

  it('has a burst, and recovers with time up to that burst', () => {
    const allowance = new AuditAllowance(0);
    expect(consumeAll(allowance, 0)).toBe(BURST);
    expect(consumeAll(allowance, 99)).toBe(0);
    expect(consumeAll(allowance, 1_000)).toBe(10);
    expect(consumeAll(allowance, DAY_MS)).toBe(BURST);
  });

  it('is ten per second at any rate of calls', () => {
    const allowance = new AuditAllowance(0);
    consumeAll(allowance, 0);
    let consumed = 0;
    for (let now = 0; now <= 10_000; now += 0.5) if (allowance.consume(now)) consumed++;
    expect(consumed).toBeGreaterThanOrEqual(99);
    expect(consumed).toBeLessThanOrEqual(100);
  });
});
