export type Cell = string | number;

/** Formats a Markdown table with an aligned source. Numbers are right-aligned. */
export function toTable(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [titles, ...rows].map(row => row.map(String));
  const columns = titles.map((_, column) => ({
    width: Math.max(...cells.map(row => row[column]?.length ?? 0)),
    isNumeric: rows.every(row => /^[\d–]/.test(String(row[column]))),
  }));
  const [head = '', ...body] = cells.map(row =>
    toLine(columns.map(({ width, isNumeric }, at) => pad(row[at] ?? '', width, isNumeric))),
  );
  const rule = toLine(
    columns.map(({ width, isNumeric }) => '-'.repeat(width - Number(isNumeric)) + (isNumeric ? ':' : '')),
  );
  return [head, rule, ...body].join('\n');
}

/** Formats a number with thousands separators, rounded to some decimals. */
export function toNumber(value: number, decimals = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function pad(text: string, width: number, isNumeric: boolean): string {
  return isNumeric ? text.padStart(width) : text.padEnd(width);
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
