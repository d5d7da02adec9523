import { describe, expect, it } from '@jest/globals';
import { sourceFiles } from './source-files.ts';

/** What Nest constructs. A file without a role is plain TypeScript; `.decorator` and `.pipe` are used by hand. */
const roles = /\.(controller|service|repository|cache|worker|guard|verifier|filter|module)\.tsx?$/;

const wired = sourceFiles.map(({ path, text }) => {
  const isWired = /^@(?:Injectable|Controller|Module|Catch)\(/m.test(text);
  const classes = isWired ? [...text.matchAll(/^export (?:abstract )?class (\w+)/gm)] : [];
  return { path, text, classes: classes.map(([, name = '']) => name) };
});

const injectables = new Set(wired.flatMap(({ classes }) => classes));

/** The constructor's injected fields, as `name: Class`. */
function injectedFields(text: string): { field: string; type: string }[] {
  return [...text.matchAll(/\breadonly (\w+): (\w+)[,\n)]/g)]
    .map(([, field = '', type = '']) => ({ field, type }))
    .filter(({ type }) => injectables.has(type));
}

/** Fields of `files` whose name `isRight` refuses, as `path: field: Class`. */
function misnamed(isRight: (field: string, type: string) => boolean): string[] {
  return wired.flatMap(({ path, text }) =>
    injectedFields(text)
      .filter(({ field, type }) => !isRight(field, type))
      .map(({ field, type }) => `${path}: ${field}: ${type}`),
  );
}

describe('a class that Nest wires', () => {
  it('has a dotted role in its file name', () => {
    const withoutRole = wired.filter(({ path, classes }) => classes.length > 0 && !roles.test(path));
    expect(withoutRole.map(({ path }) => path)).toEqual([]);
  });

  it('is in every file that has a dotted role', () => {
    const withoutClass = wired.filter(({ path, classes }) => classes.length === 0 && roles.test(path));
    expect(withoutClass.map(({ path }) => path)).toEqual([]);
  });
});

describe('an injected field', () => {
  it('ends in `Rows` if it is a repository, and only then', () => {
    expect(misnamed((field, type) => field.endsWith('Rows') === type.endsWith('Repository'))).toEqual([]);
  });

  it('bears the name of its class otherwise', () => {
    const isNamedAfter = (field: string, type: string): boolean =>
      type.endsWith('Repository') || new RegExp(`^${field}(Service)?$`, 'i').test(type);
    expect(misnamed(isNamedAfter)).toEqual([]);
  });
});
