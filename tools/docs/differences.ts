const SHOWN = 10;

/** Lists the lines that a page lacks and those that it has too many, ten at most. Order counts only if none differ. */
export function differencesOf(stored: string, wanted: string): string[] {
  if (stored === wanted) return [];
  const missing = linesBeside(wanted, stored).map(line => `  missing:  ${line}`);
  const extra = linesBeside(stored, wanted).map(line => `  outdated: ${line}`);
  const all = [...missing, ...extra];
  if (all.length === 0) return ['  the lines are in another order'];
  return all.length > SHOWN ? [...all.slice(0, SHOWN), `  and ${all.length - SHOWN} more`] : all;
}

function linesBeside(text: string, other: string): string[] {
  const known = new Set(other.split('\n'));
  return text.split('\n').filter(line => !known.has(line));
}
