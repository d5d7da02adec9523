import { text } from './text-settings.ts';

/** A number of days above zero. */
export const dayCount = text.transform((value, context): number => {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  context.addIssue('must be a number of days from 1 to 9999');
  return 1;
});
