import type { CallOutcome } from '../../api-keys/usage/key-usage.ts';

const number = (count: number): string => count.toLocaleString('en');

/** Texts about the calls with a key. */
export const usageTexts = {
  title: 'Its use',
  titleOf: (name: string): string => `Use of “${name}”`,
  notUsed: 'It hasn’t been used yet.',
  lastUsed: 'Last used',
  by: (client: string): string => `by ${client}`,
  from: (network: string): string => `from ${network}`,
  fromHere: 'from the network that you’re in now',
  none: 'No calls in the last 30 days.',
  calls: (count: number): string =>
    `${count === 1 ? '1 call' : `${number(count)} calls`} in the last 30 days.`,
  busiest: (day: string, count: number): string => `The busiest day was ${day} with ${number(count)}.`,
  outcomes: {
    answered: (count: number): string => `${number(count)} answered`,
    refused: (count: number): string => `${number(count)} refused`,
    failed: (count: number): string => `${number(count)} failed`,
  } satisfies Record<CallOutcome, (count: number) => string>,
  meaning:
    'Refused: the call wasn’t allowed, or had a mistake in it. Failed: a server had trouble, or the program stopped waiting.',
  byDay: 'Calls by day',
  day: 'Day (UTC)',
  date: (day: string): string =>
    new Date(day).toLocaleDateString('en', { month: 'short', day: 'numeric', timeZone: 'UTC' }),
  columns: { answered: 'Answered', refused: 'Refused', failed: 'Failed' } satisfies Record<
    CallOutcome,
    string
  >,
  number,
} as const;
