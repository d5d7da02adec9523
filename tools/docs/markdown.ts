/** Returns a Markdown table without padding. */
export function toTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, headings.map(() => '---'), ...rows];
  return lines.map(cells => `| ${cells.map(toCell).join(' | ')} |`).join('\n');
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** Returns a page: its title, its opening sentences and its parts. */
export function toPage(title: string, opening: string, ...parts: readonly string[]): string {
  const note = '<!-- Written by `npm run docs` from the code. Do not edit. -->';
  return `${[`# ${title}`, note, opening, ...parts].join('\n\n')}\n`;
}
