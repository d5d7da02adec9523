import { text } from './text-settings.ts';

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time in minutes, hours or days as milliseconds: `90m`, `12h` or `7d`; at least `leastMinutes`. */
export function duration(leastMinutes: number) {
  return text.transform((value, context): number => {
    const [, digits = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(value) ?? [];
    const milliseconds = Number(digits) * (UNITS_MS[unit] ?? 0);
    if (milliseconds >= leastMinutes * 60_000) return milliseconds;
    context.addIssue(`must be a time of at least ${leastMinutes}m, such as 90m, 12h or 7d`);
    return leastMinutes * 60_000;
  });
}
