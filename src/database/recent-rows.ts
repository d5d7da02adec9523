/** How old a known row may be: what another instance changes is seen here within this time. */
const OLDEST_MS = 5_000;

/** A row in use that is older than this is read again beside its use, so that nobody has to wait for it. */
const STALE_MS = 2_500;

type Known<Row> = { readonly row: Row; readonly readStartedAt: number };

/**
 * Rows that are asked for again and again, kept for a moment: an entry ends five seconds after its last successful
 * reading began. Where there is no row, nothing is kept.
 */
export class RecentRows<Row> {
  private readonly known = new Map<string, Known<Row>>();
  private readonly readings = new Map<string, Promise<Row | undefined>>();

  /**
   * @param read is told what is known of the row already, however old
   * @param mostRows how many rows are kept at most; those go first that were read first
   */
  constructor(
    private readonly read: (key: string, known: Row | undefined) => Promise<Row | undefined>,
    private readonly mostRows: number,
  ) {}

  /** Returns a row as it was at most five seconds ago. */
  async get(key: string): Promise<Row | undefined> {
    const known = this.known.get(key);
    const age = known ? performance.now() - known.readStartedAt : Infinity;
    if (!known || age >= OLDEST_MS) return this.readings.get(key) ?? this.reload(key);
    // A reading that fails here is met again by whoever has to wait for one.
    if (age >= STALE_MS && !this.readings.has(key)) void this.reload(key).catch(() => undefined);
    return known.row;
  }

  /** Reads a row now, whatever is known of it. */
  async reload(key: string): Promise<Row | undefined> {
    const readStartedAt = performance.now();
    const reading = this.read(key, this.known.get(key)?.row);
    this.readings.set(key, reading);
    try {
      const row = await reading;
      if (this.readings.get(key) === reading) this.remember(key, row, readStartedAt);
      return row;
    } finally {
      if (this.readings.get(key) === reading) this.readings.delete(key);
    }
  }

  /** Forgets a row that was changed here, and whatever is being read of it. */
  forget(key: string): void {
    this.known.delete(key);
    this.readings.delete(key);
  }

  /** Forgets the rows of which something is true, and whatever is being read. */
  forgetWhere(isMeant: (row: Row) => boolean): void {
    for (const [key, { row }] of this.known) if (isMeant(row)) this.known.delete(key);
    this.readings.clear();
  }

  private remember(key: string, row: Row | undefined, readStartedAt: number): void {
    this.known.delete(key);
    if (row === undefined) return;
    this.known.set(key, { row, readStartedAt });
    if (this.known.size <= this.mostRows) return;
    const [oldest] = this.known.keys();
    if (oldest !== undefined) this.known.delete(oldest);
  }
}
