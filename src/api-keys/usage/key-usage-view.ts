import { z } from 'zod';
import type { DayOfCalls } from './key-usage.ts';

const count = z.int().min(0);

const day = z.object({
  date: z.iso.date().describe('a day in UTC'),
  answered: count.describe('calls that ended with a status below 400'),
  refused: count.describe("calls that the broker or the account's server refused: a status from 400 to 499"),
  failed: count.describe('calls that ended with a status of 500 or more, or without a whole response'),
});

export const keyUsageView = z.object({
  days: z.array(day).describe('the last 30 days with today, oldest first, also those without calls'),
});

export type KeyUsageView = z.infer<typeof keyUsageView>;

export function toKeyUsageView(days: readonly DayOfCalls[]): KeyUsageView {
  return {
    days: days.map(({ day: date, answered, refused, failed }) => ({ date, answered, refused, failed })),
  };
}
