import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const examples = new URL('examples/', import.meta.url);

describe('src/native-apps/README.md', () => {
  it.each(readdirSync(examples))('has the tested example %s unchanged', name => {
    const text = readFileSync(new URL('../../src/native-apps/README.md', import.meta.url), 'utf8');
    const code = readFileSync(new URL(name, examples), 'utf8');
    expect(text).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
  });
});
