import { describe, expect, it } from '@jest/globals';
import { differencesOf } from '../../tools/docs/differences.ts';
import { metricsPage } from '../../tools/docs/metrics-page.ts';
import { errorsPage } from '../../tools/docs/errors-page.ts';
import { settingsPage } from '../../tools/docs/settings-page.ts';
import { commandLinePage } from '../../tools/docs/command-line-page.ts';
import { errorCodes } from '../../src/errors/error-code.ts';
import { variableNames } from '../../src/config/environment.ts';

describe('the check of the reference', () => {
  it('names the row that is missing, and the one that is outdated', () => {
    expect(differencesOf('| a |\n| old |\n', '| a |\n| b |\n')).toEqual([
      '  missing:  | b |',
      '  outdated: | old |',
    ]);
  });

  it('finds lines in another order', () => {
    expect(differencesOf('a\nb\n', 'b\na\n')).toEqual(['  the lines are in another order']);
  });

  it('shows ten differences, and how many more there are', () => {
    const wanted = Array.from({ length: 12 }, (_, index) => `row ${index}`).join('\n');
    expect(differencesOf('', wanted)).toHaveLength(11);
    expect(differencesOf('', wanted).at(-1)).toBe('  and 3 more');
  });

  it('finds nothing in equal pages', () => {
    expect(differencesOf('a\n', 'a\n')).toEqual([]);
  });
});

describe('the reference', () => {
  it('has each setting and each error code', () => {
    const settings = settingsPage();
    for (const name of variableNames) expect(settings).toContain(`| \`${name}\` |`);
    const errors = errorsPage();
    for (const code of errorCodes) expect(errors).toContain(`| \`${code}\` |`);
  });

  it('has the help of each command, with what stands after the options', () => {
    expect(commandLinePage()).toMatch(/^## latchkey keys create$[^#]*Exit codes: 0 success/m);
  });

  it('has the labels of a metric, and links to the sections of the runbook that name it', () => {
    const text = [
      '# HELP latchkey_a_total Things, by kind',
      '# TYPE latchkey_a_total counter',
      'latchkey_a_total{kind="one"} 0',
      'latchkey_a_total{kind="two"} 3',
      '# HELP latchkey_ab Another one',
      '# TYPE latchkey_ab gauge',
      'latchkey_ab 1',
    ].join('\n');
    const page = metricsPage(text, "# Runbook\n\n## It isn't there\n\nLook at `latchkey_a_total`.\n");
    expect(page).toContain(
      "| `latchkey_a_total` | counter | `kind`: `one`, `two` | Things, by kind | [It isn't there](../operating/runbook.md#it-isnt-there) |",
    );
    expect(page).toContain('| `latchkey_ab` | gauge |  | Another one |  |');
  });
});
