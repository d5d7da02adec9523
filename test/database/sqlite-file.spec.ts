import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../src/database/connection/database.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-file-'));
  path = join(directory, 'data', 'latchkey.sqlite');
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('a SQLite file', () => {
  it('is created for its owner only, with its directory', async () => {
    const database = await openDatabase({ kind: 'sqlite', path });
    await sql`create table t (a)`.execute(database);
    const modes = await Promise.all(['', '-wal', '.lock'].map(end => modeOf(path + end)));
    expect([await modeOf(dirname(path)), ...modes]).toEqual([0o700, 0o600, 0o600, 0o600]);
    await database.destroy();
  });

  it('uses a write-ahead log, flushes each commit, and checks references', async () => {
    const database = await openDatabase({ kind: 'sqlite', path });
    expect(await pragma(database, 'journal_mode')).toBe('wal');
    expect(await pragma(database, 'synchronous')).toBe(2);
    expect(await pragma(database, 'foreign_keys')).toBe(1);
    expect(await pragma(database, 'busy_timeout')).toBe(0);
    await database.destroy();
  });

  it('keeps its contents when it is closed and reopened', async () => {
    const first = await openDatabase({ kind: 'sqlite', path });
    await sql`create table t (a)`.execute(first);
    await first.destroy();
    const second = await openDatabase({ kind: 'sqlite', path });
    expect((await second.introspection.getTables()).map(({ name }) => name)).toEqual(['t']);
    await second.destroy();
  });

  it('is refused with its name and a remedy when it cannot be opened', async () => {
    await writeFile(join(directory, 'file'), '');
    const below = openDatabase({ kind: 'sqlite', path: join(directory, 'file', 'latchkey.sqlite') });
    await expect(below).rejects.toMatchObject({ code: 'DatabaseUnavailable' });
    await expect(below).rejects.toThrow(
      /file\/latchkey\.sqlite cannot be opened \((ENOTDIR|EEXIST)\)\. Make it/,
    );
    await writeFile(join(directory, 'other.txt'), 'no database, but long enough to look at: '.repeat(50));
    const other = openDatabase({ kind: 'sqlite', path: join(directory, 'other.txt') });
    await expect(other).rejects.toThrow(/other\.txt cannot be opened \(SQLITE_NOTADB\)/);
  });
});

describe('one process per SQLite file', () => {
  const children: ChildProcessWithoutNullStreams[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  async function hold(file: string): Promise<{ said: string; child: ChildProcessWithoutNullStreams }> {
    const script = fileURLToPath(new URL('hold-database.ts', import.meta.url));
    const child = spawn(process.execPath, ['--experimental-transform-types', script, file]);
    children.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return { said: said.toString().trimEnd(), child };
  }

  it('refuses a second one in one line that names the file and the remedy', async () => {
    const database = await openDatabase({ kind: 'sqlite', path });
    const { said, child } = await hold(path);
    expect(said).toMatch(/^Another Latchkey process has .*data\/latchkey\.sqlite open\. Stop it first.*$/);
    expect(await exitOf(child)).toBe(0);
    await database.destroy();
  });

  it('refuses a second one that opens it by a symbolic link', async () => {
    const database = await openDatabase({ kind: 'sqlite', path });
    const link = join(directory, 'link.sqlite');
    await symlink(path, link);
    await expect(openDatabase({ kind: 'sqlite', path: link })).rejects.toThrow('Another Latchkey process');
    await database.destroy();
  });

  it('refuses a second opening in the same process, and the first stays closed to others', async () => {
    const database = await openDatabase({ kind: 'sqlite', path });
    await expect(openDatabase({ kind: 'sqlite', path })).rejects.toMatchObject({
      code: 'DatabaseUnavailable',
    });
    expect((await hold(path)).said).toContain('Another Latchkey process');
    await database.destroy();
  });

  it('accepts the next one after the first has closed it', async () => {
    const database = await openDatabase({ kind: 'sqlite', path });
    await database.destroy();
    expect((await hold(path)).said).toBe('open');
  });

  it('accepts the next one after the first was killed', async () => {
    const { said, child } = await hold(path);
    expect(said).toBe('open');
    await expect(openDatabase({ kind: 'sqlite', path })).rejects.toThrow('Another Latchkey process');
    child.kill('SIGKILL');
    await exitOf(child);
    const database = await openDatabase({ kind: 'sqlite', path });
    await database.destroy();
  });
});

async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}

async function pragma(database: Database, name: string): Promise<unknown> {
  const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(database);
  return Object.values(rows[0] ?? {})[0];
}

async function exitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}
