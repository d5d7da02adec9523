import { LRUCache } from 'lru-cache';
import { BoundedCache } from '../../caching/bounded-cache.ts';
import type { ForeignWrites } from './foreign-writes.service.ts';

/** The age limit of a cached row. A change by another instance is visible within this time. */
const OLDEST_MS = 5_000;

/** The age limit of a cached row that no other process has changed, because clocks drift apart. */
const LONGEST_MS = 10 * 60_000;

/** From this share of its age limit, a row in use is read again in the background, so that no caller waits for it. */
const NEAR = 0.5;

type Known<Row> = { readonly row: Row; readonly readStartedAt: number };

type Reading<Row> = { readonly row: Promise<Row | undefined>; readonly startedAt: number };

export type RowCacheOptions<Row, Key extends string> = {
  /** Reads a row. `known` is the cached row, however old. */
  readonly read: (key: Key, known: Row | undefined) => Promise<Row | undefined>;
  /** The limit of cached rows. The least recently used row is dropped first. */
  readonly maxRows: number;
  /** The size of a row, and the limit for all rows, in bytes. */
  readonly size?: { readonly of: (row: Row) => number; readonly most: number };
};

/**
 * Caches rows that are read often. A row expires 5 s after its last successful read began, or 5 s after the last check
 * that found no write of another process. A missing row is not cached.
 */
export class RowCache<Row, Key extends string = string> {
  private readonly read: RowCacheOptions<Row, Key>['read'];
  private readonly known: LRUCache<Key, Known<Row>>;
  private readonly readings = new Map<Key, Reading<Row>>();

  constructor(
    private readonly foreignWrites: Pick<ForeignWrites, 'unchangedUntil'>,
    { read, maxRows, size }: RowCacheOptions<Row, Key>,
  ) {
    this.read = read;
    this.known = size
      ? new LRUCache({
          maxSize: size.most,
          sizeCalculation: ({ row }) => Math.max(size.of(row), Math.ceil(size.most / maxRows)),
        })
      : new BoundedCache(maxRows);
  }

  /** Returns a row that is at most 5 s old. */
  async get(key: Key): Promise<Row | undefined> {
    const known = this.known.get(key);
    const age = known ? this.ageOf(known) : Infinity;
    if (!known || age >= 1) return this.join(key) ?? this.reload(key);
    // If this read fails, the next caller that waits for a read gets the error.
    if (age >= NEAR && !this.readings.has(key)) void this.reload(key).catch(() => undefined);
    return known.row;
  }

  /** Reads a row now, cached or not. */
  async reload(key: Key): Promise<Row | undefined> {
    const startedAt = performance.now();
    const reading = { row: this.read(key, this.known.get(key)?.row), startedAt };
    this.readings.set(key, reading);
    try {
      const row = await reading.row;
      if (this.readings.get(key) === reading) this.remember(key, row, startedAt);
      return row;
    } finally {
      if (this.readings.get(key) === reading) this.readings.delete(key);
    }
  }

  /** Drops a row that this process changed, and the read in progress. */
  forget(key: Key): void {
    this.known.delete(key);
    this.readings.delete(key);
  }

  /** Applies to the cached row a change that this process just stored. Does not extend its life. */
  amend(key: Key, change: (row: Row) => Row): void {
    const known = this.known.peek(key);
    if (known) this.known.set(key, { ...known, row: change(known.row) });
  }

  /** Drops the cached rows that match, and every read in progress. */
  forgetWhere(matches: (row: Row) => boolean): void {
    for (const [key, { row }] of this.known.entries()) if (matches(row)) this.known.delete(key);
    this.readings.clear();
  }

  /** Returns the result of the read in progress, unless it began too long ago. */
  private join(key: Key): Promise<Row | undefined> | undefined {
    const reading = this.readings.get(key);
    return reading && performance.now() - reading.startedAt < OLDEST_MS ? reading.row : undefined;
  }

  /** Returns the age of a row as a share of its limit. From 1 on it is too old. */
  private ageOf({ readStartedAt }: Known<Row>): number {
    const now = performance.now();
    return Math.max(
      (now - this.foreignWrites.unchangedUntil(readStartedAt)) / OLDEST_MS,
      (now - readStartedAt) / LONGEST_MS,
    );
  }

  private remember(key: Key, row: Row | undefined, readStartedAt: number): void {
    if (row === undefined) this.known.delete(key);
    else this.known.set(key, { row, readStartedAt });
  }
}
