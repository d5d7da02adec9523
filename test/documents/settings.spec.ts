import { randomBytes } from 'node:crypto';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config/config.ts';
import { blocksFor } from './document-blocks.ts';

describe('the settings in the documents', () => {
  const blocks = blocksFor('test/documents/settings.spec.ts').map(block => ({
    title: `${block.document}:${block.line}`,
    text: block.text,
  }));

  it.each(blocks)('$title are accepted', ({ text }) => {
    expect(() => readConfig(parseEnv(fillIn(text)) as Record<string, string>)).not.toThrow();
  });
});

/** Puts a secret in place of the commands that make one. */
function fillIn(text: string): string {
  return text
    .replaceAll('$(openssl rand -base64 32)', randomBytes(32).toString('base64'))
    .replaceAll('$(openssl rand -hex 32)', randomBytes(32).toString('hex'));
}
