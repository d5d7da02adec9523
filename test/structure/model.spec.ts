import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { checks, longChecks, missingAssumptions, oldFaults, properties } from '../../tools/verify/runs.ts';
import { sourceFiles } from './source-files.ts';

const root = new URL('../../', import.meta.url);
const model = readText('spec/refresh.pml');
const page = readText('docs/proof.md');
const switches = [...oldFaults, ...missingAssumptions];

function readText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

function allMatches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found).sort();
}

/** Returns the part of a text that begins with one text and ends before another. */
function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start);
  const to = text.indexOf(end, from + start.length);
  if (from < 0 || to < 0) throw new Error(`${start} … ${end} not found`);
  return text.slice(from, to);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

describe('spec/refresh.pml', () => {
  const decision = readText('src/single-use/use-decision.ts');

  it('has the attempt states of the code', () => {
    const declared = /^mtype:attempt = \{(.+)\};$/m
      .exec(model)?.[1]
      ?.split(',')
      .map(name => name.trim());
    const states = allMatches(between(decision, 'type StoredAttempt', '\n\n'), /'(\w+)'(?= \||;)/g);
    expect(unique(declared ?? [])).toEqual(unique([...states, 'none']));
  });

  it('decides as decideUse does', () => {
    const kinds = allMatches(
      between(decision, 'type Place', 'export function decideUse'),
      /kind: '([\w-]+)'/g,
    );
    const decided = allMatches(model, /^inline decide_(\w+)\(/gm);
    expect(decided).toEqual(unique(kinds.map(kind => kind.replaceAll('-', '_'))));
  });

  it('has the writes of AttemptRows', () => {
    const methods = allMatches(readText('src/single-use/attempt-rows.ts'), /^ {2}(\w+)\(/gm);
    expect(allMatches(between(model, '---- AttemptRows', '/* ----'), /^inline (\w+)\(/gm)).toEqual(methods);
  });

  it.each(['markNeedsReauth', 'storeAnswer', 'markRevoking'])('names %s as the code does', name => {
    expect(model).toContain(`inline ${name}(`);
    const inCode = sourceFiles.filter(
      ({ path, text }) => path.startsWith('sessions/') && text.includes(`${name}(`),
    );
    expect(inCode).not.toEqual([]);
  });

  it('asserts each property', () => {
    expect(allMatches(model, /; assert\(([A-Z]\w+)\)$/gm)).toEqual(unique(properties));
  });

  it('has each switch, and none that nothing checks', () => {
    const macros = allMatches(model, /defined\(([A-Z0-9_]+)\)/g).filter(
      macro => !['ONLY', 'KEYS', 'ROLLS_BACK'].includes(macro),
    );
    expect(unique(macros)).toEqual(
      unique(switches.map(({ name }) => name.toUpperCase().replaceAll('-', '_'))),
    );
  });

  it('has each limit', () => {
    const limits = [...checks, ...longChecks, ...switches].flatMap(run => Object.keys(run.limits ?? {}));
    expect(limits.filter(limit => !model.includes(`#ifndef ${limit}\n`) && limit !== 'KEYS')).toEqual([]);
  });
});

describe('docs/proof.md', () => {
  it('explains each property and each switch', () => {
    const names = [...properties, ...switches.map(({ name }) => name)];
    expect(names.filter(name => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('tells of each switch which property it breaks', () => {
    const rows = switches.map(({ name, breaks }) => ({ name, breaks }));
    const told = rows.filter(({ name, breaks }) => new RegExp(`\\| \`${name}\` .*\`${breaks}\``).test(page));
    expect(told).toEqual(rows);
  });
});
