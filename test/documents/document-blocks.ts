import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { claims } from './claims.ts';

const root = new URL('../../', import.meta.url);

/** A fenced block of a document. */
export type Block = {
  readonly document: string;
  /** The line of its opening fence. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
};

/** Every document that people read, as a path from the root. */
export const documents: readonly string[] = [
  ...readdirSync(root),
  ...['docs', 'examples', 'deploy'].flatMap(folder =>
    existsSync(new URL(folder, root))
      ? readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
          .filter(path => !path.includes('node_modules'))
          .map(path => `${folder}/${path}`)
      : [],
  ),
]
  .filter(path => path.endsWith('.md'))
  .sort();

function readDocument(document: string): string {
  return readFileSync(new URL(document, root), 'utf8');
}

/** Returns the fenced blocks of a document without their indentation. */
export function blocksOf(document: string): Block[] {
  const text = readDocument(document);
  return [...text.matchAll(/^( *)```(\S*)\n([^]*?)^\1```$/gm)].map(
    ({ index, 1: indentation = '', 2: language = '', 3: content = '' }) => ({
      document,
      line: text.slice(0, index).split('\n').length,
      language,
      text: content.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
    }),
  );
}

/** Returns the suites that claim a block. Output and fragments (`text`) need none. */
export function claimantsOf({ document, language, text }: Block): string[] {
  return claims
    .filter(
      claim =>
        claim.document === document && claim.language === language && text.includes(claim.holding ?? ''),
    )
    .map(({ by }) => by);
}

/** Returns the blocks that `suite` claims, in the order of the documents. It must run or check each. */
export function blocksFor(suite: string): Block[] {
  const claimed = [...new Set(claims.filter(({ by }) => by === suite).map(({ document }) => document))];
  return claimed.flatMap(blocksOf).filter(block => claimantsOf(block).includes(suite));
}

/** Returns the only block that `suite` claims in `language`. */
export function blockFor(suite: string, language: string): string {
  const [block, ...others] = blocksFor(suite).filter(claimed => claimed.language === language);
  if (!block || others.length > 0) throw new Error(`${suite} claims not one block in ${language}`);
  return block.text;
}
