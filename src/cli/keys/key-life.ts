import { InvalidArgumentError } from 'commander';
import type { IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import { utcText } from '../../web/frame/times/utc-text.ts';
import { scopeSummary } from '../../web/texts/scope-text.ts';

const MOST_DAYS = 365;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Returns `--expires` in days: a number of them, or the days until a date in the reader's zone.
 *
 * @throws InvalidArgumentError
 */
export function toDays(text: string, now = new Date()): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : daysUntil(text, now);
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw new InvalidArgumentError(
    'Give a number of days from 1 to 365, or a date within a year: 90 or 2026-12-24.',
  );
}

/** Describes a new key: what it may do, and until when without its owner. */
export function describeKey({ scope, expiresAt, needsOwnerBy }: IssuedApiKeyView): string {
  const at = utcText(new Date(needsOwnerBy));
  const end =
    needsOwnerBy === expiresAt
      ? `It ends on ${at}.`
      : `It needs its owner by ${at}: then they reconnect it with one click, and it stays the same.`;
  return `The key may: ${scopeSummary(scope)}.\n${end}`;
}

function daysUntil(text: string, now: Date): number {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return 0;
  const date = new Date(year, month - 1, day);
  if (date.getMonth() !== month - 1) return 0;
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  // Rounded, because a day with a change of the clock has 23 or 25 hours.
  return Math.round((date.getTime() - today.getTime()) / DAY_MS);
}
