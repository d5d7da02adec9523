import Sqlite, { type Database as SqliteHandle, type Statement } from 'better-sqlite3';
import { createPrivateFile } from '../database/sqlite/sqlite-file.ts';

/** Identifies a mark: a kind of row, and the id of the row. */
export type MarkKey = { readonly kind: string; readonly id: string };

/** A mark as the file stores it. */
export type StoredMark = MarkKey & {
  /** Facts for comparisons, as JSON. Nothing secret. */
  readonly facts: string;
  /** The sealed content of the row. Null if the mark has none. */
  readonly sealed: string | null;
  /** When it was noted, in milliseconds of this process's clock. Only the order of eviction depends on it. */
  readonly noted_at: number;
};

/** The encryption key that a sealed text names, in SQL. The text is `1.<fingerprint>.<body>`. */
const FINGERPRINT = 'substr(sealed, 3, 16)';

const SCHEMA = `
  create table if not exists mark (
    kind text not null,
    id text not null,
    facts text not null,
    sealed text,
    noted_at integer not null,
    primary key (kind, id)
  );
  create index if not exists mark_noted_at on mark (kind, noted_at);
  create index if not exists mark_fingerprint on mark (${FINGERPRINT});
`;

/**
 * A small SQLite file of marks, for one process. Every call blocks for some microseconds.
 *
 * A commit does not wait for the disk (`synchronous = NORMAL`): a crash of the process loses no mark, a power failure may
 * lose the last ones, and neither damages the file.
 */
export class HighWaterFile {
  private readonly found: Statement<[string, string], StoredMark>;
  private readonly replaced: Statement<StoredMark>;

  private constructor(private readonly handle: SqliteHandle) {
    this.found = handle.prepare('select * from mark where kind = ? and id = ?');
    this.replaced = handle.prepare(
      'insert or replace into mark (kind, id, facts, sealed, noted_at) values (@kind, @id, @facts, @sealed, @noted_at)',
    );
  }

  /** Opens a file, and creates it if it is missing. @throws the errors of the file system and of SQLite */
  static open(path: string): HighWaterFile {
    createPrivateFile(path);
    const handle = new Sqlite(path, { timeout: 0 });
    try {
      // Exclusive before WAL: one process alone uses the file, so it needs no shared memory.
      handle.pragma('locking_mode = EXCLUSIVE');
      handle.pragma('journal_mode = WAL');
      handle.pragma('synchronous = NORMAL');
      handle.exec(SCHEMA);
      return new HighWaterFile(handle);
    } catch (error) {
      handle.close();
      throw error;
    }
  }

  find({ kind, id }: MarkKey): StoredMark | undefined {
    return this.found.get(kind, id);
  }

  /** Writes marks in one transaction. */
  write(marks: readonly StoredMark[]): void {
    this.handle.transaction(() => {
      for (const mark of marks) this.replaced.run(mark);
    })();
  }

  /** Lists marks of a kind in the order of their ids, after an id. */
  listAfter(kind: string, id: string, limit: number): StoredMark[] {
    return this.handle
      .prepare<[string, string, number], StoredMark>(
        'select * from mark where kind = ? and id > ? order by id limit ?',
      )
      .all(kind, id, limit);
  }

  /** Lists marks that are sealed with another encryption key than the one with `fingerprint`. */
  listSealedOtherwise(fingerprint: string, limit: number): StoredMark[] {
    return this.handle
      .prepare<[string, string, number], StoredMark>(
        `select * from mark where ${FINGERPRINT} < ? or ${FINGERPRINT} > ? limit ?`,
      )
      .all(fingerprint, fingerprint, limit);
  }

  /** Deletes the marks of a kind that were noted before a time, and those beyond the newest `most`. */
  prune(kind: string, { before, most }: { before: number; most: number }): void {
    this.handle.prepare('delete from mark where kind = ? and noted_at < ?').run(kind, before);
    this.handle
      .prepare(
        'delete from mark where kind = ? and rowid in (select rowid from mark where kind = ? order by noted_at desc limit -1 offset ?)',
      )
      .run(kind, kind, most);
  }

  count(): number {
    return this.handle.prepare<[], number>('select count(*) from mark').pluck().get() ?? 0;
  }

  /** Writes a copy to a file that does not exist. */
  copyTo(path: string): void {
    this.handle.prepare('vacuum into ?').run(path);
  }

  close(): void {
    this.handle.close();
  }
}
