import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { settingsTable } from './settings-table.ts';

describe('README.md', () => {
  // To renew it: node -e "import('./test/config/settings-table.ts').then(m => console.log(m.settingsTable()))"
  it('has the table of all settings of the program', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(settingsTable());
  });
});
