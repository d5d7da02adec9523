import type { SessionRow } from '../../../src/sessions/stored/session-row.ts';
import type { RowReader } from './row-reader.ts';

/** Remembers the generations of each session's row, so that the database can be rolled back. */
export class History {
  readonly #rows = new Map<string, SessionRow>();

  find(id: string, generation: number): SessionRow | undefined {
    return this.#rows.get(`${id}/${generation}`);
  }

  /** Remembers the rows as they are, without what an attempt writes. */
  async note(rows: RowReader): Promise<void> {
    for (const row of await rows.listSealed()) {
      const key = `${row.id}/${row.generation}`;
      if (row.attempt_state === null) this.#rows.set(key, row);
    }
  }
}
