import { LRUCache } from 'lru-cache';
import type { ForeignWrites } from './foreign-writes.service.ts';

/** How old a known row may be: what another instance changes is seen here within this time. */
const OLDEST_MS = 5_000;

/** After this long a row is read again even where nobody else can have changed it: clocks drift apart. */
const LONGEST_MS = 10 * 60_000;

/** A row in use that comes near its end is read again beside its use, so that nobody has to wait for it. */
const NEAR = 0.5;

type Known<Row> = { readonly row: Row; readonly readStartedAt: number };

type Reading<Row> = { readonly row: Promise<Row | undefined>; readonly startedAt: number };

export type RowCacheOptions<Row, Key extends string> = {
  /** Reads a row; it is told what is known of it already, however old. */
  readonly read: (key: Key, known: Row | undefined) => Promise<Row | undefined>;
  /** How many rows are kept at most; those unused for longest make room. */
  readonly mostRows: number;
  /** How many bytes of memory a row takes, and how many all of them may. */
  readonly size?: { readonly of: (row: Row) => number; readonly most: number };
};

/**
 * Rows that are asked for again and again, kept for a moment: an entry ends five seconds after its last successful
 * reading began, or after it was last known that nobody else wrote to the database. Where there is no row, nothing is
 * kept.
 */
export class RowCache<Row, Key extends string = string> {
  private readonly read: RowCacheOptions<Row, Key>['read'];
  private readonly known: LRUCache<Key, Known<Row>>;
  private readonly readings = new Map<Key, Reading<Row>>();

  constructor(
    private readonly foreignWrites: Pick<ForeignWrites, 'unchangedUntil'>,
    { read, mostRows, size }: RowCacheOptions<Row, Key>,
  ) {
    this.read = read;
    this.known = new LRUCache({
      max: mostRows,
      ...(size && { maxSize: size.most, sizeCalculation: ({ row }) => size.of(row) }),
    });
  }

  /** Returns a row as it was at most five seconds ago. */
  async get(key: Key): Promise<Row | undefined> {
    const known = this.known.get(key);
    const age = known ? this.ageOf(known) : Infinity;
    if (!known || age >= 1) return this.join(key) ?? this.reload(key);
    // A reading that fails here is met again by whoever has to wait for one.
    if (age >= NEAR && !this.readings.has(key)) void this.reload(key).catch(() => undefined);
    return known.row;
  }

  /** Reads a row now, whatever is known of it. */
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

  /** Forgets a row that was changed here, and whatever is being read of it. */
  forget(key: Key): void {
    this.known.delete(key);
    this.readings.delete(key);
  }

  /** Changes what is known of a row as it was just changed here, where that is no reason to read it again. */
  amend(key: Key, change: (row: Row) => Row): void {
    const known = this.known.peek(key);
    if (known) this.known.set(key, { ...known, row: change(known.row) });
  }

  /** Forgets the rows of which something is true, and whatever is being read. */
  forgetWhere(isMeant: (row: Row) => boolean): void {
    for (const [key, { row }] of this.known.entries()) if (isMeant(row)) this.known.delete(key);
    this.readings.clear();
  }

  /** Returns what a reading under way will find, unless it began too long ago. */
  private join(key: Key): Promise<Row | undefined> | undefined {
    const reading = this.readings.get(key);
    return reading && performance.now() - reading.startedAt < OLDEST_MS ? reading.row : undefined;
  }

  /** Of its life, the share that is over; from 1 on a row is too old. */
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
