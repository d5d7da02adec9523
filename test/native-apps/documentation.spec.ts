import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkMetadata } from '../../src/native-apps/registry/metadata-checks.ts';
import type { NativeApp } from '../../src/native-apps/registry/native-app.ts';
import { blocksFor } from '../documents/document-blocks.ts';

const examples = new URL('examples/', import.meta.url);

describe('docs/native-apps.md', () => {
  const blocks = blocksFor('test/native-apps/documentation.spec.ts');
  const written = (language: string): string[] =>
    blocks.filter(block => block.language === language).map(({ text }) => text);

  it('has the tested examples unchanged, and no other code', () => {
    const tested = readdirSync(examples).map(name => readFileSync(new URL(name, examples), 'utf8'));
    expect(written('ts').toSorted()).toEqual(tested.toSorted());
  });

  it('has client metadata that the doctor accepts', () => {
    const [document] = written('json').map(text => JSON.parse(text) as Record<string, unknown>);
    const app = { name: 'hosted-app', clientId: document?.client_id } as NativeApp;
    const checks = checkMetadata(
      app,
      { baseUrl: 'https://latchkey.your-domain.net' },
      { document: document ?? {} },
    );
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  });
});
