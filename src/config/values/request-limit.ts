import { text } from './text-settings.ts';

/** A number of requests above zero, or `off`. */
export const requestLimit = text.transform((value, context): number | 'off' => {
  if (value === 'off') return value;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  context.addIssue('must be a whole number above zero, or off');
  return 'off';
});

/** A number above zero. */
export const positiveCount = text.transform((value, context): number => {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  context.addIssue('must be a whole number above zero');
  return 0;
});
