import { z } from 'zod';
import { environmentSchema, settingDocumentation, variableNames } from '../../src/config/environment.ts';
import { toPage, toTable } from './markdown.ts';

const opening =
  'The broker reads these environment variables when it starts. It refuses an unknown `LATCHKEY_…` variable, ' +
  'an empty value, and settings that contradict each other, and says which.';

/** Returns the page of all settings, in the order of the schema. */
export function settingsPage(): string {
  const headings = ['Setting', 'Meaning', 'Without it', 'Example'];
  return toPage('Settings', opening, toTable(headings, variableNames.map(toRow)));
}

function toRow(name: (typeof variableNames)[number]): string[] {
  const schema = environmentSchema.shape[name];
  const documented = settingDocumentation.get(schema);
  if (!documented) throw new Error(`${name} has no documentation in src/config/environment.ts`);
  const { meaning, example, unset } = documented;
  const preset = schema instanceof z.ZodPrefault ? `\`${schema.def.defaultValue}\`` : '';
  return [`\`${name}\``, meaning, unset ?? preset, `\`${example}\``];
}
