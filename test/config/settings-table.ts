import { z } from 'zod';
import { environmentSchema, settingDocumentation, variableNames } from '../../src/config/environment.ts';

/** Returns the README's table of all settings, formatted as prettier does. */
export function settingsTable(): string {
  const rows = [['Setting', 'What it says', 'Without it', 'Example'], ...variableNames.map(row)];
  const widths = [0, 1, 2, 3].map(column => Math.max(...rows.map(cells => cells[column]?.length ?? 0)));
  const rule = widths.map(width => '-'.repeat(width));
  const [head = [], ...body] = rows.map(cells =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)),
  );
  return [head, rule, ...body].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function row(name: (typeof variableNames)[number]): string[] {
  const schema = environmentSchema.shape[name];
  const { meaning = '', example = '', unset } = settingDocumentation.get(schema) ?? {};
  const fixed = schema instanceof z.ZodPrefault ? `\`${schema.def.defaultValue}\`` : '';
  return [`\`${name}\``, meaning, unset ?? fixed, `\`${example}\``];
}
