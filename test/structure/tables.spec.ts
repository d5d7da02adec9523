import { describe, expect, it } from '@jest/globals';
import { type SourceFile, sourceFiles } from './source-files.ts';
import { anyTable, notRepositories, tableTenants } from './table-tenants.ts';

/** A call of Kysely that names a table, and its first argument, which may be a list. */
const call =
  /(?:\.(?:selectFrom|insertInto|updateTable|deleteFrom|mergeInto|replaceInto|using|\w+Join)|\bsql\.table)\(\s*(\[[^\]]*\]|[^,)]*)/g;

/** Statements written by hand. */
const statement = /\bsql(?:<[^`]*>)?`([^`]*)`/g;
const tableOfStatement = /\b(?:from|join|into|update)\s+"?([a-z]\w*)/gi;

/** The first argument of each such call in a file. */
function firstArguments({ text }: SourceFile): string[] {
  return [...text.matchAll(call)].map(([, argument = '']) => argument.trim());
}

/** The tables that a file names. */
function tablesOf(file: SourceFile): string[] {
  const quoted = firstArguments(file).flatMap(argument => [...argument.matchAll(/['"`](\w+)/g)]);
  const written = [...file.text.matchAll(statement)].flatMap(([, sql = '']) => [
    ...sql.matchAll(tableOfStatement),
  ]);
  const names = [...quoted, ...written].map(([, name = '']) => name);
  return [...new Set(names)].filter(name => name in tableTenants);
}

/** Returns whether a file passes the name of a table to a query in a variable. */
function namesAnyTable(file: SourceFile): boolean {
  return firstArguments(file).some(argument => /^[A-Za-z_][\w.]*$/.test(argument));
}

const readers = sourceFiles
  .map(file => ({ ...file, tables: tablesOf(file) }))
  .filter(({ tables }) => tables.length > 0);

describe('a table', () => {
  it.each(Object.entries(tableTenants))(
    '%s is named by no other folder than its tenants',
    (table, tenants) => {
      const folders = readers.filter(({ tables }) => tables.includes(table)).map(({ folder }) => folder);
      const allowed = [tenants.home, ...Object.keys(tenants.also ?? {})];
      expect([...new Set(folders)].sort()).toEqual(allowed.sort());
    },
  );
});

describe('a file that names tables', () => {
  it('is a repository, or says why not', () => {
    const others = readers.filter(({ path }) => !path.endsWith('.repository.ts')).map(({ path }) => path);
    expect(others).toEqual(Object.keys(notRepositories));
  });

  it('names them itself, or says why not', () => {
    expect(sourceFiles.filter(namesAnyTable).map(({ path }) => path)).toEqual(Object.keys(anyTable));
  });
});
