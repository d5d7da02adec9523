import { describe, expect, it } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { missingAssumptions, oldFaults } from '../../tools/verify/runs.ts';
import { blocksFor } from './document-blocks.ts';

const switches = new Set([...oldFaults, ...missingAssumptions].map(({ name }) => name));

// The scripts start what the other suites test; to start them here would install and build.
describe('the scripts in the documents', () => {
  const lines = blocksFor('test/documents/scripts.spec.ts').flatMap(({ document, text }) =>
    text
      .split('\n')
      .map(line => line.replace(/ +#.*$/, ''))
      .filter(line => line !== '')
      .map(line => ({ document, line })),
  );

  it.each(lines)('$document: $line', ({ line }) => {
    const [, script = '', option, value = ''] =
      /^npm (?:run )?([\w:]+)(?: -- (--[a-z]+)(?: ([\w-]+))?)?$/.exec(line) ?? [];
    expect(Object.keys(manifest.scripts)).toContain(script);
    if (script !== 'verify') expect(option).toBeUndefined();
    else if (option === '--show') expect(switches).toContain(value);
    else expect([undefined, '--long']).toContain(option);
  });
});
