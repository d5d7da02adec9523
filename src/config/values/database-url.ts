import { text } from './text-settings.ts';

/** Which database holds the sessions: a SQLite file, or a Postgres server named by its connection URL. */
export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** `sqlite:PATH` or `postgres://…`. The value may carry a password: it never stands in a message. */
export const databaseUrl = text.transform((value, context): DatabaseConfig => {
  const path = /^sqlite:(?<path>.*)$/s.exec(value)?.groups?.path;
  const problem = path === undefined ? postgresProblem(value) : sqliteProblem(path);
  if (problem !== undefined) context.addIssue(problem);
  return path === undefined ? { kind: 'postgres', url: value } : { kind: 'sqlite', path };
});

function postgresProblem(value: string): string | undefined {
  const isPostgres = /^postgres(?:ql)?:\/\//.test(value) && URL.canParse(value);
  return isPostgres ? undefined : 'must be sqlite:PATH or postgres://user:password@host/database';
}

function sqliteProblem(path: string): string | undefined {
  if (path === ':memory:') return 'must name a file: sessions kept in memory would be lost; use sqlite:PATH';
  if (path.trim() === '' || path.endsWith('/'))
    return 'must name a file, such as sqlite:./data/latchkey.sqlite';
  if (path.startsWith('//') || path.includes('?')) {
    return 'must be sqlite: and a plain file name, without slashes for a host and without parameters';
  }
  return undefined;
}
