import { text } from './text-settings.ts';

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** A number of bytes above zero: `1048576`, `1024KiB`, `1MiB` or `1GiB`. */
export const byteSize = text.transform((value, context): number => {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,11})(KiB|MiB|GiB)?$/.exec(value) ?? [];
  if (digits !== '') return Number(digits) * (UNITS[unit] ?? 1);
  context.addIssue('must be a number of bytes above zero, such as 5242880, 5120KiB, 5MiB or 1GiB');
  return 0;
});
