import { z } from 'zod';
import { environmentSchema, settingDocumentation, variableNames } from '../../src/config/environment.ts';

/** Returns the README's table of all settings, formatted as prettier does. */
export function settingsTable(): string {
  const rows = [['Setting', 'What it says', 'Without it', 'Example'], Array(4).fill('---')];
  return [...rows, ...variableNames.map(row)].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function row(name: (typeof variableNames)[number]): string[] {
  const schema = environmentSchema.shape[name];
  const { meaning = '', example = '', unset } = settingDocumentation.get(schema) ?? {};
  const fixed = schema instanceof z.ZodPrefault ? `\`${schema.def.defaultValue}\`` : '';
  return [`\`${name}\``, meaning, unset ?? fixed, `\`${example}\``];
}
