import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { claims } from '../documents/claims.ts';
import { blocksOf, claimantsOf, documents } from '../documents/document-blocks.ts';

const root = new URL('../../', import.meta.url);

describe('the fenced blocks of the documents', () => {
  const blocks = documents.flatMap(blocksOf);

  it('are each run or checked by one suite', () => {
    const unclaimed = blocks
      .filter(block => block.language !== 'text' && claimantsOf(block).length !== 1)
      .map(
        block => `${block.document}:${block.line} (${block.language}): ${claimantsOf(block).join(' and ')}`,
      );
    expect(unclaimed).toEqual([]);
  });

  it('are read by the suites that claim them', () => {
    const suites = new Set(claims.map(({ by }) => by));
    const unread = [...suites].filter(suite => {
      if (!existsSync(new URL(suite, root))) return true;
      const folder = new URL('./', new URL(suite, root));
      return !readdirSync(folder).some(
        name =>
          /\.tsx?$/.test(name) &&
          new RegExp(`blocks?For\\(\\s*'${suite}'`).test(readFileSync(new URL(name, folder), 'utf8')),
      );
    });
    expect(unread).toEqual([]);
  });

  it('are there for each claim', () => {
    const stale = claims.filter(
      ({ by, document, language, holding = '' }) =>
        !documents.includes(document) ||
        !blocksOf(document).some(
          block =>
            block.language === language && block.text.includes(holding) && claimantsOf(block).includes(by),
        ),
    );
    expect(stale).toEqual([]);
  });
});
