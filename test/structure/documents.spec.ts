import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { documents } from '../documents/document-blocks.ts';
import manifest from '../../package.json' with { type: 'json' };

const root = new URL('../../', import.meta.url);

/** What stands between backticks in a document, outside fenced blocks. */
function quotedIn(document: string): string[] {
  const text = readFileSync(new URL(document, root), 'utf8').replaceAll(/^```[^]*?^```/gm, '');
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, quoted = '']) => quoted);
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: string): string[] {
  const text = readFileSync(new URL(document, root), 'utf8').replaceAll(/^```[^]*?^```/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(documents)('%s', document => {
  it('names only files and folders that exist', () => {
    const paths = quotedIn(document).filter(quoted =>
      /^(src|migrations|test|bench|tools|docs|spec)\/[\w./-]*$/.test(quoted),
    );
    expect(paths.filter(path => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it('names only scripts that package.json has', () => {
    const scripts = quotedIn(document).flatMap(quoted => [
      ...quoted.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g),
    ]);
    const missing = scripts.map(([, name = '']) => name).filter(name => !(name in manifest.scripts));
    expect(missing).toEqual([]);
  });

  it('has no broken link to another document or heading', () => {
    const text = readFileSync(new URL(document, root), 'utf8').replaceAll(/^```[^]*?^```/gm, '');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const broken = links.filter(([, path = '', anchor]) => {
      const { pathname } = new URL(
        path === '' ? (document.split('/').at(-1) ?? '') : path,
        new URL(document, root),
      );
      const target = pathname.slice(root.pathname.length);
      if (!existsSync(new URL(target, root))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

describe('README.md', () => {
  it('is one screen', () => {
    expect(readFileSync(new URL('README.md', root)).byteLength).toBeLessThanOrEqual(8 * 1024);
    expect(statSync(new URL('docs/images/account.png', root)).size).toBeLessThan(60_000);
  });
});

describe('CHANGELOG.md', () => {
  it('has entries of two lines at most', () => {
    const lines = readFileSync(new URL('CHANGELOG.md', root), 'utf8').split('\n');
    expect(lines.filter(line => line.startsWith('- ') && line.length > 250)).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  it('names every folder of src', () => {
    const text = readFileSync(new URL('docs/architecture.md', root), 'utf8');
    const named = [...text.matchAll(/^\| `([\w-]+)\/` \|/gm)].map(([, folder]) => folder);
    const folders = readdirSync(new URL('src', root), { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(({ name }) => name);
    expect(named.filter(name => name !== 'migrations').toSorted()).toEqual(
      expect.arrayContaining(folders.toSorted()),
    );
  });
});

describe('docs/contributing.md', () => {
  it('says for each task where to change it', () => {
    const text = readFileSync(new URL('docs/contributing.md', root), 'utf8');
    const rows = [...text.matchAll(/^\| (.+?) +\| .*`(?:src|migrations)\//gm)].map(([, task]) => task);
    expect(rows).toEqual(
      expect.arrayContaining([
        'add a column to sessions',
        'change when sessions refresh',
        'add a scope for temp tokens',
        'a setting',
        'an error code',
        'refuse one more method',
        'a metric',
        'a page',
        'another SQL engine',
        'a new kind of credential',
      ]),
    );
  });
});
